import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { serviceError } from "@mixins/errors/service-errors";
import { httpResponse, type HttpResponse } from "../http/response";
import type { Exchange } from "../http/exchange";
import { HOUR } from "../http/headers";
import { isFresh } from "../http/preconditions";

/** Images that the program ships: `GET <prefix>/<name>.svg`. */
export interface Assets {
	/** URL prefix, for example "/demo". */
	readonly prefix: string;
	readonly folder: string;
}

/** A single file name without path separators. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}\.svg$/;
/** An SVG may contain styles only, even if it is opened directly. */
const PICTURE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** @throws NOT_FOUND */
export const asset = async ({ folder }: Assets, name: string, { req }: Exchange): Promise<HttpResponse> => {
	if (!NAME.test(name)) throw serviceError("NOT_FOUND");
	const bytes = await readFile(join(folder, name)).catch(() => {
		throw serviceError("NOT_FOUND");
	});
	const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
	const headers = { ETag: etag, "Cache-Control": HOUR, "Content-Security-Policy": PICTURE };
	if (isFresh(req.headers["if-none-match"], etag)) return httpResponse(304, headers, null);
	return httpResponse(200, { ...headers, "Content-Type": "image/svg+xml" }, bytes);
};
