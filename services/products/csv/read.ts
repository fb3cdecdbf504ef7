import { setImmediate } from "node:timers/promises";
import { assembly, ofFile, type Assembly } from "./assembly";
import { columnsOf, flawsOfHeader } from "./columns";
import type { CsvItem } from "./draft";
import { framer, type RawRow } from "./framing";
import { LIMITS } from "./limits";
import { splitRows, type Row } from "./rows";
import { slices } from "./slices";

/** So many rows are read before others on this thread have their turn: a file that lies in memory would let nobody else in. */
const ROWS_A_TURN = 200;

/** How the rows below the first are read, where that one is a header. */
interface Reader extends Assembly {
	split(rows: readonly RawRow[]): Row[];
}

const readerFor = (first: RawRow, decimals: number): Reader | CsvItem[] => {
	if (first.cells > LIMITS.columns) return [ofFile({ code: "HEADER_TOO_LONG", column: null, detail: `${first.cells} columns` })];
	const [row] = splitRows([first], first.cells);
	if (!row) return [];
	if (row.flaw) return [ofFile(row.flaw)];
	const columns = columnsOf(row.cells);
	const flaws = flawsOfHeader(columns);
	if (flaws.length > 0) return flaws.map((wrong) => ofFile(wrong, columns.headers));
	return { ...assembly(columns, decimals), split: (rows) => splitRows(rows, first.cells) };
};

const rawRows = async function* (source: AsyncIterable<Uint8Array | string>): AsyncGenerator<RawRow[]> {
	const { feed, end } = framer();
	for await (const slice of slices(source)) yield feed(slice);
	yield end();
};

/**
 * Reads a Shopify product CSV, with the headers of the time before 2024 or after, product by product: in memory are one product, and the
 * handles and SKUs of those before it.
 *
 * A product is the rows that follow each other with one handle; blank rows between them do not count. Something wrong in any of its rows
 * refuses the product, but for SKU_DUPLICATE and OPTIONS_DUPLICATE, which leave a row out. A handle that comes back further down is
 * refused there (HANDLE_REPEATED): the product above has gone its way. A file that breaks off refuses the product that it breaks. A file
 * that cannot be read at all gives errors without handle and rows, and no more. Where the source fails, so does the iteration.
 *
 * @param decimals of the minor unit of the currency that prices are in: 2 for EUR, 0 for JPY
 */
export const readProducts = async function* (
	source: AsyncIterable<Uint8Array | string>,
	{ decimals }: { readonly decimals: number },
): AsyncGenerator<CsvItem, void, undefined> {
	let reader: Reader | undefined;
	let read = 0;
	for await (const batch of rawRows(source)) {
		let rows = batch;
		if (!reader) {
			const [first, ...others] = batch;
			if (!first) continue;
			const found = readerFor(first, decimals);
			if (Array.isArray(found)) return yield* found;
			reader = found;
			rows = others;
		}
		for (const row of reader.split(rows)) {
			yield* reader.add(row);
			if (++read % ROWS_A_TURN === 0) await setImmediate();
		}
	}
	yield* reader ? reader.end() : [ofFile({ code: "FILE_EMPTY", column: null })];
};
