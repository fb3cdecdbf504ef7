import type { RawRow } from "./row-framer";

/** Rows that can be split now, and which of them may have fewer cells than the first row of the file. */
export interface Batch {
	readonly rows: readonly RawRow[];
	readonly isShort: (row: RawRow) => boolean;
}

export interface ShortRowFilter {
	/** One that is short is held back until the row below it is known. */
	next(rows: readonly RawRow[]): Batch;
	end(): Batch;
}

/**
 * Excel leaves the last, empty cells of rows away, sixteen rows at a time: the rows of a block are short by the same number of cells. One that
 * is short all by itself has rather lost a delimiter, and what stands in it would be taken for something else.
 */
export const shortRowFilter = (columns: number): ShortRowFilter => {
	let held: RawRow | undefined;
	let above = columns;

	const judge = (rows: readonly RawRow[], below: RawRow | undefined): Batch => {
		const short = new Set<RawRow>();
		rows.forEach((row, index) => {
			const next = rows[index + 1] ?? below;
			if (row.cells < columns && (row.cells === above || row.cells === next?.cells)) short.add(row);
			above = row.cells;
		});
		return { rows, isShort: (row) => short.has(row) };
	};

	const all = (fresh: readonly RawRow[]): readonly RawRow[] => (held ? [held, ...fresh] : fresh);

	return {
		next(fresh) {
			const rows = all(fresh);
			const last = rows.at(-1);
			const waits = last !== undefined && last.cells < columns;
			// what it says is only good until more of the file is read
			held = waits ? { ...last, bytes: Buffer.from(last.bytes) } : undefined;
			return judge(waits ? rows.slice(0, -1) : rows, held);
		},
		end: () => judge(all([]), undefined),
	};
};
