/** `npm run import -- FILE.csv`: imports the products of a Shopify product CSV into the shop, running or not. */
import { createReadStream, existsSync, statSync, type ReadStream } from "node:fs";
import { request } from "node:http";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { ServiceBroker } from "moleculer";
import { SingleBar } from "cli-progress";
import { DataFolderError } from "@config/data-folder";
import { readSettings } from "@config/env";
import { startProgram } from "@config/program";
import { BYTES_CONSUMED, type ImportReport } from "@services/products/products.contract";
import { EVENTS, SERVICE_FACTORIES } from "../services";
import { CONSUMERS } from "../services/consumers";
import { importFile } from "./import-file";
import { importErrorMessage, socketOf, type ImportLine } from "./operator-socket";

const USAGE = "npm run import -- FILE.csv [--dry-run] [--currency EUR] [--stock new|set]";
const MAX_SHOWN = 100;

interface Options {
	readonly dryRun: boolean;
	readonly currency: string;
	readonly stock: "new" | "set";
}

/** Sends the file to the running program that owns the data folder. */
const send = (socketPath: string, file: ReadStream, { dryRun, currency, stock }: Options): Promise<ImportReport> =>
	new Promise((resolve, reject) => {
		const path = `/import?dryRun=${dryRun}&currency=${currency}&stock=${stock}`;
		const upload = request({ socketPath, method: "POST", path, headers: { "content-type": "text/csv" } }, (response) => {
			const lines = createInterface({ input: response });
			lines.on("line", (text) => {
				const line = JSON.parse(text) as ImportLine;
				if ("taken" in line) file.emit(BYTES_CONSUMED, line.taken);
				else if ("report" in line) resolve(line.report);
				else reject(new Error(line.failure));
			});
			lines.on("close", () => {
				reject(new Error("the server stopped before the import finished"));
			});
			response.on("error", reject);
		});
		upload.on("error", reject);
		file.pipe(upload);
	});

/** Opens the shop without its gateway for the duration of the import. */
const alone = async (file: ReadStream, { dryRun, currency, stock }: Options): Promise<ImportReport> => {
	const settings = readSettings(undefined, ["inventory", "products"]);
	const program = await startProgram({
		settings,
		broker: () => new ServiceBroker({ logger: false, dependencyInterval: 20, requestTimeout: 0 }),
		services: [SERVICE_FACTORIES["inventory"]!, SERVICE_FACTORIES["products"]!],
		events: EVENTS,
		consumers: CONSUMERS,
	});
	try {
		return await importFile(program, file, { dryRun, stock, currency }).catch((cause: unknown) => {
			throw new Error(importErrorMessage(cause), { cause });
		});
	} finally {
		await program.relay.drained();
		await program.stop();
	}
};

/** Sends the file and shows a progress bar on a terminal. */
const withProgress = async (path: string, sending: (file: ReadStream) => Promise<ImportReport>): Promise<ImportReport> => {
	const file = createReadStream(path);
	if (!process.stderr.isTTY) return sending(file);
	const bar = new SingleBar({
		format: "  {bar} {percentage}%  {value} of {total} bytes  {eta} s left",
		hideCursor: true,
		stream: process.stderr,
	});
	bar.start(statSync(path).size, 0);
	file.on(BYTES_CONSUMED, (bytes: number) => {
		bar.update(bytes);
	});
	return sending(file).finally(() => {
		bar.stop();
	});
};

const print = ({ products, variants, stock, rows, errors }: ImportReport, dryRun: boolean): void => {
	console.log(
		`${dryRun ? "Would be: " : ""}${products.created} products created, ${products.updated} updated, ${products.unchanged} unchanged, ${products.refused} refused, of ${rows} rows`,
	);
	console.log(`${variants.created} variants created, ${variants.updated} updated; the stock of ${stock.set} SKUs set`);
	for (const { line, column, code, message, handle } of errors.slice(0, MAX_SHOWN))
		console.log(`  line ${line}${column ? `, ${column}` : ""}${handle ? ` (${handle})` : ""}: ${message} [${code}]`);
	if (errors.length > MAX_SHOWN) console.log(`  and ${errors.length - MAX_SHOWN} more`);
};

const main = async (): Promise<void> => {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			"dry-run": { type: "boolean", default: false },
			currency: { type: "string" },
			stock: { type: "string", default: "new" },
		},
	});
	const [path] = positionals;
	if (path === undefined || positionals.length > 1 || (values.stock !== "new" && values.stock !== "set"))
		throw new Error(`usage: ${USAGE}`);
	if (!existsSync(path)) throw new Error(`file not found: ${path}`);
	const settings = readSettings();
	const options: Options = { dryRun: values["dry-run"], currency: values.currency ?? settings.currency, stock: values.stock };
	const report = await withProgress(path, (file) =>
		alone(file, options).catch((cause: unknown) => {
			const socket = socketOf(settings.dataDir);
			if (cause instanceof DataFolderError && existsSync(socket)) return send(socket, file, options);
			throw cause;
		}),
	);
	print(report, options.dryRun);
	process.exitCode = report.errors.length === 0 ? 0 : 2;
};

main().catch((cause: unknown) => {
	process.stderr.write(`import: ${(cause as Error).message}\n`);
	process.exitCode = 1;
});
