import { Readable } from "node:stream";
import type { ActionContract } from "@kernel/contract";
import type { CatalogueVersion } from "@kernel/catalogue-version";
import { httpResponse, type HttpResponse } from "../http/response";
import type { Exchange } from "../http/exchange";
import { JSON_TYPE, REVALIDATED } from "../http/headers";
import { isFresh } from "../http/preconditions";
import { serializer } from "./serializer";

export type Reply = (reply: unknown, exchange: Exchange) => HttpResponse;

/** Serialized JSON with its entity tag and, if known, the catalogue version that it was built from. */
export interface Serialized {
	readonly body: Buffer;
	readonly etag: string;
	readonly edition?: CatalogueVersion;
}

const TAG = /^(?:W\/)?"[^"]*"$/;

/** Restores the body, which some serializers turn from a Buffer into an object. */
export const serialized = (reply: unknown): Serialized => {
	const { body, etag, edition } = reply as { body: Buffer | string | { data: number[] }; etag: string; edition?: CatalogueVersion };
	const bytes = Buffer.isBuffer(body)
		? body
		: body instanceof Uint8Array || typeof body === "string"
			? Buffer.from(body)
			: Buffer.from(body.data);
	return { body: bytes, etag: TAG.test(etag) ? etag : `"${etag}"`, ...(edition && { edition }) };
};

const ofCatalogue: Reply = (reply, { req }) => {
	const { body, etag } = serialized(reply);
	const headers = { ETag: etag, "Cache-Control": REVALIDATED };
	return isFresh(req.headers["if-none-match"], etag)
		? httpResponse(304, headers, null)
		: httpResponse(200, { ...headers, "Content-Type": JSON_TYPE }, body);
};

const ofCsv =
	({ name }: ActionContract): Reply =>
	(reply) => {
		const file = `${name.slice(0, name.indexOf("."))}.csv`;
		const body = reply instanceof Readable ? reply : typeof reply === "string" ? reply : Readable.from(reply as Iterable<unknown>);
		return httpResponse(
			200,
			{ "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": `attachment; filename="${file}"` },
			body,
		);
	};

/** @param template "/v1/carts/{id}" */
const filler = (template: string): ((fields: Readonly<Record<string, unknown>>) => string) => {
	const [head = "", ...rest] = template.split("{");
	const places = rest.map((part) => part.split("}"));
	return (fields) => places.reduce((text, [field = "", more = ""]) => text + encodeURIComponent(String(fields[field])) + more, head);
};

const ofJson = ({ returns, http }: ActionContract): Reply => {
	const write = serializer(returns);
	const { status: success, acceptedWhen, etag: versionField } = http;
	const location = http.location === null ? undefined : filler(http.location);
	return (reply, { req, prefix }) => {
		const fields = (reply ?? {}) as Readonly<Record<string, unknown>>;
		const version = versionField === null ? undefined : (fields[versionField] as number | undefined);
		const etag = version === undefined ? undefined : `"${version}"`;
		const headers = {
			...(location && { Location: prefix + location(fields) }),
			...(etag !== undefined && { ETag: etag }),
		};
		if (success === 204) return httpResponse(204, headers, null);
		if (etag !== undefined && (req.method === "GET" || req.method === "HEAD") && isFresh(req.headers["if-none-match"], etag))
			return httpResponse(304, headers, null);
		const status = acceptedWhen !== null && fields[acceptedWhen.field] === acceptedWhen.is ? 202 : success;
		return httpResponse(status, { ...headers, "Content-Type": JSON_TYPE }, write(reply));
	};
};

/** The function that turns replies of an action into HTTP responses. Fields that `returns` does not declare are never sent. */
export const replyWriter = (contract: ActionContract): Reply => {
	if (contract.http.answer === "serialized") return ofCatalogue;
	return contract.http.answer === "text/csv" ? ofCsv(contract) : ofJson(contract);
};
