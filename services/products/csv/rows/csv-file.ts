import { fileError } from "../error-codes";
import { columnsOf, headerProblems, type Columns } from "../columns";
import { dialectOf, type Dialect } from "./dialect";
import type { CsvItem } from "../product-draft";
import { rowFramer, type RawRow } from "./row-framer";
import { LIMITS } from "../limits";
import { splitFirstCells, splitRows, type Row, type Shape } from "./row-splitter";
import { shortRowFilter, type Batch } from "./short-rows";
import { readChunks } from "./chunks";

/** A file with a valid header: its columns, and its data rows in batches. */
export interface CsvFile {
	readonly columns: Columns;
	rows(): AsyncGenerator<Row[], void, undefined>;
	/**
	 * The same rows for reading handles only: the handle cell, or the whole row if the cell requires parsing. Call either `rows` or `handles`,
	 * once.
	 */
	handles(): AsyncGenerator<(string | Row)[], void, undefined>;
}

const batches = async function* (
	firstChunk: Buffer,
	rest: AsyncIterable<Buffer>,
	{ delimiter, announced }: Dialect,
): AsyncGenerator<RawRow[], void, undefined> {
	const { feed, end } = rowFramer(delimiter);
	let skipped = !announced;
	const withoutAnnouncement = (rows: RawRow[]): RawRow[] => {
		if (skipped || rows.length === 0) return rows;
		skipped = true;
		return rows.slice(1);
	};
	yield withoutAnnouncement(feed(firstChunk));
	for await (const slice of rest) yield withoutAnnouncement(feed(slice));
	yield withoutAnnouncement(end());
};

const headerOf = (first: RawRow, delimiter: string): Columns | CsvItem[] => {
	if (first.cells > LIMITS.columns) return [fileError({ code: "HEADER_TOO_LONG", column: null, detail: `${first.cells} columns` })];
	const [row] = splitRows([first], { columns: first.cells, delimiter });
	if (!row) return [];
	if (row.flaw) return [fileError(row.flaw)];
	const columns = columnsOf(row.cells, delimiter);
	const flaws = headerProblems(columns);
	return flaws.length > 0 ? flaws.map((wrong) => fileError(wrong, columns.headers)) : columns;
};

const EMPTY = [fileError({ code: "FILE_EMPTY", column: null })];

/** @returns the file, or the errors for which it cannot be read */
export const openCsvFile = async (source: AsyncIterable<Uint8Array | string>): Promise<CsvFile | CsvItem[]> => {
	const chunks = readChunks(source);
	const firstChunk = await chunks.next();
	if (firstChunk.done) return EMPTY;
	const dialect = dialectOf(firstChunk.value);
	if ("code" in dialect) return [fileError(dialect)];
	const { delimiter } = dialect;
	const raw = batches(firstChunk.value, chunks, dialect);
	for (;;) {
		const { value, done } = await raw.next();
		if (done) return EMPTY;
		const [first, ...others] = value;
		if (!first) continue;
		const columns = headerOf(first, delimiter);
		if (Array.isArray(columns)) return columns;
		const { next, end } = shortRowFilter(first.cells);
		const each = async function* <T>(split: (rows: readonly RawRow[], shape: Shape) => T[]): AsyncGenerator<T[], void, undefined> {
			const toRows = ({ rows, isShort }: Batch): T[] => split(rows, { columns: first.cells, delimiter, isShort });
			yield toRows(next(others));
			for await (const more of raw) yield toRows(next(more));
			yield toRows(end());
		};
		const isHandleFirst = columns.at.handle === 0;
		return { columns, rows: () => each(splitRows), handles: () => each<string | Row>(isHandleFirst ? splitFirstCells : splitRows) };
	}
};
