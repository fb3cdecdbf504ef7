import { fileError } from "../error-codes";
import { columnsOf, headerProblems, type Columns } from "../columns";
import { dialectOf, type Dialect } from "./dialect";
import type { CsvItem } from "../product-draft";
import { rowFramer, type RawRow } from "./row-framer";
import { LIMITS } from "../limits";
import { splitFirstCells, splitRows, type Row, type Shape } from "./row-splitter";
import { shortRowFilter, type Batch } from "./short-rows";
import { readChunks } from "./chunks";

/** A file whose first row is a header: its columns, and the rows below, many at a time. */
export interface CsvFile {
	readonly columns: Columns;
	rows(): AsyncGenerator<Row[], void, undefined>;
	/** The same rows for their handles alone: the cell of the handle, or the row where only a split can tell it. Instead of `rows`, not after it. */
	handles(): AsyncGenerator<(string | Row)[], void, undefined>;
}

const batches = async function* (
	beginning: Buffer,
	rest: AsyncIterable<Buffer>,
	{ delimiter, announced }: Dialect,
): AsyncGenerator<RawRow[], void, undefined> {
	const { feed, end } = rowFramer(delimiter);
	let skipped = !announced;
	const below = (rows: RawRow[]): RawRow[] => {
		if (skipped || rows.length === 0) return rows;
		skipped = true;
		return rows.slice(1);
	};
	yield below(feed(beginning));
	for await (const slice of rest) yield below(feed(slice));
	yield below(end());
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

/** @returns why it cannot be read, where it cannot */
export const openCsvFile = async (source: AsyncIterable<Uint8Array | string>): Promise<CsvFile | CsvItem[]> => {
	const pieces = readChunks(source);
	const beginning = await pieces.next();
	if (beginning.done) return EMPTY;
	const dialect = dialectOf(beginning.value);
	if ("code" in dialect) return [fileError(dialect)];
	const { delimiter } = dialect;
	const raw = batches(beginning.value, pieces, dialect);
	for (;;) {
		const { value, done } = await raw.next();
		if (done) return EMPTY;
		const [first, ...others] = value;
		if (!first) continue;
		const columns = headerOf(first, delimiter);
		if (Array.isArray(columns)) return columns;
		const { next, end } = shortRowFilter(first.cells);
		const each = async function* <T>(split: (rows: readonly RawRow[], shape: Shape) => T[]): AsyncGenerator<T[], void, undefined> {
			const made = ({ rows, isShort }: Batch): T[] => split(rows, { columns: first.cells, delimiter, isShort });
			yield made(next(others));
			for await (const more of raw) yield made(next(more));
			yield made(end());
		};
		const isHandleFirst = columns.at.handle === 0;
		return { columns, rows: () => each(splitRows), handles: () => each<string | Row>(isHandleFirst ? splitFirstCells : splitRows) };
	}
};
