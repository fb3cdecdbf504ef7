/** `npm run import -- FILE.csv`: puts the products of a Shopify product CSV into the shop, running or not. */
import { createReadStream, existsSync, statSync, type ReadStream } from "node:fs";
import { request } from "node:http";
import { parseArgs } from "node:util";
import { ServiceBroker } from "moleculer";
import { SingleBar } from "cli-progress";
import { BadDataFolder } from "@config/data-folder";
import { readSettings } from "@config/env";
import { startProgram } from "@config/program";
import type { ImportReport } from "@services/products/products.contract";
import { EVENTS, STALLS } from "../services";
import { CONSUMERS } from "../services/consumers";
import { importFile } from "./furnish";
import { socketOf } from "./operator-socket";

const USAGE = "npm run import -- FILE.csv [--dry-run] [--currency EUR] [--stock new|set]";
const SHOWN = 100;

interface Options {
	readonly dryRun: boolean;
	readonly currency: string;
	readonly stock: "new" | "set";
}

/** Sends the file to the program that owns the folder. */
const send = (socketPath: string, file: ReadStream, { dryRun, currency, stock }: Options): Promise<ImportReport> =>
	new Promise((resolve, reject) => {
		const path = `/import?dryRun=${dryRun}&currency=${currency}&stock=${stock}`;
		const upload = request({ socketPath, method: "POST", path, headers: { "content-type": "text/csv" } }, (response) => {
			const chunks: Buffer[] = [];
			response.on("data", (chunk: Buffer) => chunks.push(chunk));
			response.on("end", () => {
				const body = JSON.parse(Buffer.concat(chunks).toString()) as ImportReport & {
					message: string;
					detail?: { errors?: { message: string }[] };
				};
				if (response.statusCode === 200) resolve(body);
				else reject(new Error([body.message, ...(body.detail?.errors ?? []).map(({ message }) => message)].join("\n  ")));
			});
			response.on("error", reject);
		});
		upload.on("error", reject);
		file.pipe(upload);
	});

/** Opens the shop for as long as the import takes, without its doors. */
const alone = async (file: ReadStream, { dryRun, currency, stock }: Options): Promise<ImportReport> => {
	const settings = readSettings(undefined, ["inventory", "products"]);
	const program = await startProgram({
		settings,
		broker: () => new ServiceBroker({ logger: false, dependencyInterval: 20, requestTimeout: 0 }),
		stalls: [STALLS["inventory"]!, STALLS["products"]!],
		events: EVENTS,
		consumers: CONSUMERS,
	});
	try {
		return await importFile(program, file, { dryRun, stock, currency });
	} finally {
		await program.relay.settled();
		await program.stop();
	}
};

const withProgress = (path: string): ReadStream => {
	const file = createReadStream(path);
	if (!process.stderr.isTTY) return file;
	const bar = new SingleBar({
		format: "  {bar} {percentage}%  {value} of {total} bytes  {eta} s left",
		hideCursor: true,
		stream: process.stderr,
	});
	bar.start(statSync(path).size, 0);
	file.on("data", (chunk) => {
		bar.increment(chunk.length);
	});
	file.on("close", () => {
		bar.stop();
	});
	return file;
};

const print = ({ products, variants, stock, rows, errors }: ImportReport, dryRun: boolean): void => {
	console.log(
		`${dryRun ? "Would be: " : ""}${products.created} products created, ${products.updated} updated, ${products.unchanged} unchanged, ${products.refused} refused, of ${rows} rows`,
	);
	console.log(`${variants.created} variants created, ${variants.updated} updated; the stock of ${stock.set} SKUs set`);
	for (const { line, column, code, message, handle } of errors.slice(0, SHOWN))
		console.log(`  line ${line}${column ? `, ${column}` : ""}${handle ? ` (${handle})` : ""}: ${message} [${code}]`);
	if (errors.length > SHOWN) console.log(`  and ${errors.length - SHOWN} more`);
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
	if (!existsSync(path)) throw new Error(`there is no file ${path}`);
	const settings = readSettings();
	const options: Options = { dryRun: values["dry-run"], currency: values.currency ?? settings.currency, stock: values.stock };
	const report = await alone(withProgress(path), options).catch((cause: unknown) => {
		if (cause instanceof BadDataFolder && existsSync(socketOf(settings.dataDir)))
			return send(socketOf(settings.dataDir), withProgress(path), options);
		throw cause;
	});
	print(report, options.dryRun);
	process.exitCode = report.errors.length === 0 ? 0 : 2;
};

main().catch((cause: unknown) => {
	process.stderr.write(`import: ${(cause as Error).message}\n`);
	process.exitCode = 1;
});
