import type { RawRow } from "./row-framer";

/** Rows that are ready to be split, and which of them may have fewer cells than the header row. */
export interface Batch {
	readonly rows: readonly RawRow[];
	readonly isShort: (row: RawRow) => boolean;
}

export interface ShortRowFilter {
	/** Returns the rows that can be judged. A short last row is held back until the row below it is known. */
	next(rows: readonly RawRow[]): Batch;
	end(): Batch;
}

/**
 * Excel omits empty trailing cells in blocks of sixteen rows, so that adjacent rows are short by the same number of cells. A single short row
 * has more likely lost a delimiter, and its cells would be assigned to the wrong columns.
 */
export const shortRowFilter = (columns: number): ShortRowFilter => {
	let held: RawRow | undefined;
	let above = columns;

	const classify = (rows: readonly RawRow[], below: RawRow | undefined): Batch => {
		const short = new Set<RawRow>();
		rows.forEach((row, index) => {
			const next = rows[index + 1] ?? below;
			if (row.cells < columns && (row.cells === above || row.cells === next?.cells)) short.add(row);
			above = row.cells;
		});
		return { rows, isShort: (row) => short.has(row) };
	};

	const withHeld = (fresh: readonly RawRow[]): readonly RawRow[] => (held ? [held, ...fresh] : fresh);

	return {
		next(fresh) {
			const rows = withHeld(fresh);
			const last = rows.at(-1);
			const isHeldBack = last !== undefined && last.cells < columns;
			// the bytes are valid only until the next slice is read
			held = isHeldBack ? { ...last, bytes: Buffer.from(last.bytes) } : undefined;
			return classify(isHeldBack ? rows.slice(0, -1) : rows, held);
		},
		end: () => classify(withHeld([]), undefined),
	};
};
