import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Program } from "@config/program";
import { importFile } from "./furnish";

/** What a Unix socket's path may measure on every system. */
const MAX_PATH = 100;

/** Where a running program listens for the tools of whoever may read its data folder. */
export const socketOf = (dataDir: string): string => {
	const inside = join(resolve(dataDir), "operator.sock");
	if (process.platform === "win32") return `\\\\.\\pipe\\tianguis-${createHash("sha256").update(inside).digest("hex").slice(0, 16)}`;
	return inside.length <= MAX_PATH
		? inside
		: join(tmpdir(), `tianguis-${createHash("sha256").update(inside).digest("hex").slice(0, 16)}.sock`);
};

const flag = (value: string | null): boolean => value === "true";

/** Lets the tools speak to the program that owns the folder: who can open the socket can read the data as it is. Only imports, so far. */
export const openOperatorSocket = async (program: Program): Promise<void> => {
	const path = socketOf(program.runtime.settings.dataDir);
	const server = createServer((request, response) => {
		const { pathname, searchParams } = new URL(request.url ?? "/", "http://operator");
		const answer = (status: number, body: unknown): void => {
			response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
		};
		if (request.method !== "POST" || pathname !== "/import") {
			answer(404, { message: "there is: POST /import" });
			return;
		}
		const currency = searchParams.get("currency");
		const stock = searchParams.get("stock") === "set" ? "set" : "new";
		importFile(program, request, { dryRun: flag(searchParams.get("dryRun")), stock, ...(currency !== null && { currency }) }).then(
			(report) => {
				answer(200, report);
			},
			(cause: unknown) => {
				const { message, type, data } = cause as { message: string; type?: string; data?: unknown };
				answer(400, { message, code: type, detail: data });
			},
		);
	});
	server.requestTimeout = 0;
	if (process.platform !== "win32") rmSync(path, { force: true }); // of a program that died: we own the folder
	const mask = process.umask(0o177);
	await new Promise<void>((listening, failed) => {
		server.once("error", failed);
		server.listen(path, listening);
	}).finally(() => {
		process.umask(mask);
	});
	server.unref();
};
