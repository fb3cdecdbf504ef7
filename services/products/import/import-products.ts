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
import { countOutcome, reportBuilder as makeTally, type ReportBuilder } from "./import-report";
import { headersOf } from "./row-errors";
import type { ImportTarget } from "./import-target";
import { writeTarget } from "./write-target";

/** Products under way at once: enough that their commits share transactions. */
const MAX_CONCURRENCY = 64;
/** Imports that may be under way or wait. */
const QUEUE = 8;
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

/** Prices are read with as many decimals as any product that may keep its currency needs. */
const readingFor = ({ catalogue }: ProductsContext, currency: string | undefined, shopCurrency: string): Omit<PriceReading, "headers"> => {
	const currencies =
		currency === undefined
			? new Set([shopCurrency, ...catalogue.newestFirst.all().map(({ product }) => product.content.currency)])
			: [currency];
	return { currency, shopCurrency, decimals: Math.max(...Array.from(currencies, decimalsOf)) };
};

/** It is read once for its handles, and then for good: of that is told, how many bytes have been taken in. */
const followed = (read: () => AsyncIterable<Uint8Array>, tell: (bytes: number) => void): (() => AsyncIterable<Uint8Array>) => {
	let reads = 0;
	return async function* () {
		const tells = ++reads > 1;
		let bytes = 0;
		for await (const chunk of read()) {
			yield chunk;
			bytes += chunk.length;
			if (tells) tell(bytes);
		}
	};
};

/** @returns whether any product could be made out, be it good or not */
const run = async (
	open: () => AsyncIterable<Uint8Array>,
	options: ReadOptions,
	taking: ImportTarget,
	tally: ReportBuilder,
	atOnce: number,
): Promise<boolean> => {
	const work = boundedPool(atOnce);
	let madeOut = false;
	try {
		for await (const item of readProducts(open, options)) {
			tally.rows(item.rows);
			if (item.kind === "error") {
				madeOut ||= item.refused;
				if (item.refused) tally.refused();
				tally.error(item.error);
				continue;
			}
			madeOut = true;
			const { draft } = item;
			await timeSlice();
			await work.add(async () => {
				const earlier = work.running();
				countOutcome(tally, await taking.product(draft, earlier, tally));
			});
		}
	} finally {
		await work.done();
	}
	return madeOut;
};

interface Means {
	readonly shelf: ProductsContext;
	readonly stocks: StockSync;
	readonly shopCurrency: string;
	readonly clock: () => number;
}

/** Product CSVs into the shop, one at a time. A product goes in whole, or without those rows whose SKU is already used by another product, or not at all. */
export const importProducts = ({ shelf, stocks, shopCurrency, clock }: Means): Pick<Handlers<typeof Products>, "import"> => {
	/** One at a time: the others wait for their turn, their uploads held back. */
	const imports = keyedQueue();

	const take = async (
		source: AsyncIterable<Uint8Array>,
		params: Parameters<Handlers<typeof Products>["import"]>[0],
		request: Request,
	) => {
		const { dryRun = false, currency, stock: mode = "new" } = params;
		const { headers, header } = headersOf();
		const reading = { ...readingFor(shelf, currency, shopCurrency), headers };
		const means = { shelf, stocks, reading, request, clock, mode };
		const tally = makeTally();
		const file = await spool(source);
		const madeOut = await run(
			followed(file.read, (bytes) => void (source as Partial<Readable>).emit?.(BYTES_CONSUMED, bytes)),
			{ decimals: reading.decimals, header },
			dryRun ? dryRunTarget(means) : writeTarget(means),
			tally,
			dryRun ? 1 : MAX_CONCURRENCY,
		).finally(file.remove);
		const report: ImportReport = tally.report();
		return !madeOut && report.errors.length > 0 ? unreadable(report.errors) : report;
	};

	return {
		async import(params, request) {
			const { stream } = request;
			if (!stream) return reject("VALIDATION_FAILED", { errors: [{ path: "", message: "the request body must be a CSV file" }] });
			if (params.currency !== undefined && !isCurrency(params.currency)) {
				return reject("VALIDATION_FAILED", { errors: [{ path: "/currency", message: "must be an ISO 4217 currency code" }] });
			}
			if (imports.size(KEY) >= QUEUE) return reject("IMPORT_IN_PROGRESS");
			return imports.run(KEY, () => take(stream as AsyncIterable<Uint8Array>, params, request));
		},
	};
};
