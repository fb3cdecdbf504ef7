import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Program } from "@config/program";
import { BYTES_CONSUMED, type ImportReport } from "@services/products/products.contract";
import { importFile } from "./import-file";

/** Maximum length of a Unix socket path, in bytes, on all systems. */
const MAX_PATH = 100;

/** The socket on which a running program serves command-line tools. Access requires read permission on the data folder. */
export const socketOf = (dataDir: string): string => {
	const inside = join(resolve(dataDir), "operator.sock");
	if (process.platform === "win32") return `\\\\.\\pipe\\tianguis-${createHash("sha256").update(inside).digest("hex").slice(0, 16)}`;
	return inside.length <= MAX_PATH
		? inside
		: join(tmpdir(), `tianguis-${createHash("sha256").update(inside).digest("hex").slice(0, 16)}.sock`);
};

/** A line of the answer to an import: the number of bytes processed, and finally the result. */
export type ImportLine = { readonly taken: number } | { readonly report: ImportReport } | { readonly failure: string };

/** The operator's message for an import that was rejected as a whole. */
export const importErrorMessage = (cause: unknown): string => {
	const { message, data } = cause as { message: string; data?: { errors?: readonly { path: string; message: string }[] } };
	const errors = (data?.errors ?? []).map(({ path, message: reason }) => (path === "" ? reason : `${path}: ${reason}`));
	return [errors.length > 0 ? message.replace(/:.*/s, "") : message, ...errors].join("\n  ");
};

const flag = (value: string | null): boolean => value === "true";

/** Serves command-line tools of users who can read the data folder anyway. Only imports are supported. */
export const openOperatorSocket = async (program: Program): Promise<void> => {
	const path = socketOf(program.runtime.settings.dataDir);
	const server = createServer((request, response) => {
		const { pathname, searchParams } = new URL(request.url ?? "/", "http://operator");
		const say = (line: ImportLine): void => void response.write(`${JSON.stringify(line)}\n`);
		if (request.method !== "POST" || pathname !== "/import") {
			response.writeHead(404).end();
			return;
		}
		response.writeHead(200, { "content-type": "application/x-ndjson" });
		request.on(BYTES_CONSUMED, (bytes: number) => {
			say({ taken: bytes });
		});
		const currency = searchParams.get("currency");
		const stock = searchParams.get("stock") === "set" ? "set" : "new";
		void importFile(program, request, {
			dryRun: flag(searchParams.get("dryRun")),
			stock,
			...(currency !== null && { currency }),
		})
			.then(
				(report) => {
					say({ report });
				},
				(cause: unknown) => {
					say({ failure: importErrorMessage(cause) });
				},
			)
			.finally(() => response.end());
	});
	server.requestTimeout = 0;
	if (process.platform !== "win32") rmSync(path, { force: true }); // left by a crashed program; this process owns the folder now
	const mask = process.umask(0o177);
	await new Promise<void>((listening, failed) => {
		server.once("error", failed);
		server.listen(path, listening);
	}).finally(() => {
		process.umask(mask);
	});
	server.unref();
};
