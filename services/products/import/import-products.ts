import type { Readable } from "node:stream";
import { decimalsOf, isCurrency } from "@kernel/money";
import { reject, type Rejection } from "@kernel/rejection";
import type { Request } from "@mixins/service/request";
import type { Handlers } from "@mixins/service/define-service";
import { boundedPool } from "@mixins/async/bounded-pool";
import { keyedQueue } from "@mixins/async/keyed-queue";
import { timeSlice } from "@mixins/async/time-slice";
import type { RowError } from "../csv/product-draft";
import { readProducts, type ReadOptions } from "../csv/read-products";
import { BYTES_CONSUMED, type ImportReport, type Products } from "../products.contract";
import type { ProductsContext } from "../context";
import type { StockSync } from "../catalogue-sync/stock-sync";
import type { PriceReading } from "./proposal-from-draft";
import { dryRunTarget } from "./dry-run-target";
import { spool } from "./spool";
import { countOutcome, reportBuilder as createReport, type ReportBuilder } from "./import-report";
import { headersOf } from "./row-errors";
import type { ImportTarget } from "./import-target";
import { writeTarget } from "./write-target";

/** Maximum number of products processed concurrently; enough for their commits to share transactions. */
const MAX_CONCURRENCY = 64;
/** Maximum number of running and waiting imports. */
const MAX_QUEUED = 8;
/** All imports share one queue. */
const KEY = "import";

const unreadable = (errors: readonly RowError[]): Rejection<"CSV_UNREADABLE"> =>
	reject("CSV_UNREADABLE", {
		errors: errors.map(({ line, column, code, message }) => ({
			path: column === "" ? `line ${line}` : `line ${line}, ${column}`,
			message,
			code,
			line,
			column,
		})),
	});

/** Prices are read with the highest number of decimals among the currencies that the imported products may have. */
const readingFor = ({ catalogue }: ProductsContext, currency: string | undefined, shopCurrency: string): Omit<PriceReading, "headers"> => {
	const currencies =
		currency === undefined
			? new Set([shopCurrency, ...catalogue.newestFirst.all().map(({ product }) => product.content.currency)])
			: [currency];
	return { currency, shopCurrency, decimals: Math.max(...Array.from(currencies, decimalsOf)) };
};

/** Reports the number of bytes read in the second pass, which imports the products. The first pass only reads handles. */
const withProgress = (read: () => AsyncIterable<Uint8Array>, onProgress: (bytes: number) => void): (() => AsyncIterable<Uint8Array>) => {
	let reads = 0;
	return async function* () {
		const isSecondPass = ++reads > 1;
		let bytes = 0;
		for await (const chunk of read()) {
			yield chunk;
			bytes += chunk.length;
			if (isSecondPass) onProgress(bytes);
		}
	};
};

/** @returns whether the file contained any product, valid or not */
const run = async (
	open: () => AsyncIterable<Uint8Array>,
	options: ReadOptions,
	target: ImportTarget,
	report: ReportBuilder,
	concurrency: number,
): Promise<boolean> => {
	const work = boundedPool(concurrency);
	let hasProducts = false;
	try {
		for await (const item of readProducts(open, options)) {
			report.rows(item.rows);
			if (item.kind === "error") {
				hasProducts ||= item.refused;
				if (item.refused) report.refused();
				report.error(item.error);
				continue;
			}
			hasProducts = true;
			const { draft } = item;
			await timeSlice();
			await work.add(async () => {
				const earlier = work.running();
				countOutcome(report, await target.product(draft, earlier, report));
			});
		}
	} finally {
		await work.done();
	}
	return hasProducts;
};

interface ImportDependencies {
	readonly context: ProductsContext;
	readonly stocks: StockSync;
	readonly shopCurrency: string;
	readonly clock: () => number;
}

/**
 * Imports product CSVs, one at a time. A product is imported completely, without the rows whose SKU another product uses, or not at all.
 */
export const importProducts = ({
	context: products,
	stocks,
	shopCurrency,
	clock,
}: ImportDependencies): Pick<Handlers<typeof Products>, "import"> => {
	/** The running import and the waiting ones, whose uploads are paused by backpressure. */
	const imports = keyedQueue();

	const take = async (
		source: AsyncIterable<Uint8Array>,
		params: Parameters<Handlers<typeof Products>["import"]>[0],
		request: Request,
	) => {
		const { dryRun = false, currency, stock: mode = "new" } = params;
		const { headers, header } = headersOf();
		const reading = { ...readingFor(products, currency, shopCurrency), headers };
		const means = { context: products, stocks, reading, request, clock, mode };
		const builder = createReport();
		const file = await spool(source);
		const hasProducts = await run(
			withProgress(file.read, (bytes) => void (source as Partial<Readable>).emit?.(BYTES_CONSUMED, bytes)),
			{ decimals: reading.decimals, header },
			dryRun ? dryRunTarget(means) : writeTarget(means),
			builder,
			dryRun ? 1 : MAX_CONCURRENCY,
		).finally(file.remove);
		const report: ImportReport = builder.report();
		return !hasProducts && report.errors.length > 0 ? unreadable(report.errors) : report;
	};

	return {
		async import(params, request) {
			const { stream } = request;
			if (!stream) return reject("VALIDATION_FAILED", { errors: [{ path: "", message: "the request body must be a CSV file" }] });
			if (params.currency !== undefined && !isCurrency(params.currency)) {
				return reject("VALIDATION_FAILED", { errors: [{ path: "/currency", message: "must be an ISO 4217 currency code" }] });
			}
			if (imports.size(KEY) >= MAX_QUEUED) return reject("IMPORT_IN_PROGRESS");
			return imports.run(KEY, () => take(stream as AsyncIterable<Uint8Array>, params, request));
		},
	};
};
