import { LIMITS } from "../limits";

/** One row as it was cut out of the file. */
export interface RawRow {
	/** The physical line where it begins, from 1. */
	readonly line: number;
	/** Delimiters outside quotes, and one. */
	readonly cells: number;
	/** Without the line break. Valid until the next slice is fed; of a row that is too large, its beginning and its end. */
	readonly bytes: Buffer;
	/** The index of the cell that is too large; null: the row as a whole is. */
	readonly tooLarge: { readonly cell: number | null } | undefined;
	/** Whether a quote stands in a bare cell, or text after the quote that closes one. */
	readonly stray: boolean;
	/** How the file goes on: with a line break, or it ends, perhaps within quotes. */
	readonly end: "break" | "file" | "quote";
}

export interface RowFramer {
	feed(slice: Buffer): RawRow[];
	end(): RawRow[];
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;

/** Before a cell's first character; in a bare cell; within quotes; after a quote that closes them or is the first of two. */
const START = 0;
const BARE = 1;
const QUOTED = 2;
const CLOSED = 3;

/**
 * Finds where rows begin and end, and keeps count of physical lines. csv-parse could do so too, but it counts CRLF in quotes twice, and what
 * it says after a broken or an enormous cell is of no use; here the next line break outside quotes is firm ground again, and a cell of
 * 100 MB costs no more memory than its first bytes. Rows end with LF, CRLF or CR; blank lines are left out.
 *
 * @param delimiter what stands between cells: one character of ASCII
 */
export const rowFramer = (delimiter = ","): RowFramer => {
	const between = delimiter.charCodeAt(0);
	let place = START;
	let line = 1;
	let afterCr = false;
	let held: Buffer[] = [];
	let heldBytes = 0;
	let rowLine = 1;
	let cells = 1;
	/** Bytes of the cell that lie in earlier slices. */
	let cellBefore = 0;
	let tooLarge: RawRow["tooLarge"];
	let stray = false;

	/** Replaces the row's last bytes; its first are kept from when it became too large. */
	const holdRemnant = (piece: Buffer): void => {
		const known = heldBytes === 0 ? held[0] : undefined;
		const head = known ?? Buffer.from(Buffer.concat([...held, piece]).subarray(0, LIMITS.remnantBytes));
		held = [head, Buffer.from(piece.subarray(-LIMITS.remnantBytes))];
		heldBytes = 0;
	};

	const hold = (piece: Buffer, cellBytes: number): void => {
		cellBefore = cellBytes;
		if (!tooLarge && cellBytes > LIMITS.cellBytes) tooLarge = { cell: cells - 1 };
		if (!tooLarge && heldBytes + piece.length > LIMITS.rowBytes) tooLarge = { cell: null };
		if (tooLarge) holdRemnant(piece);
		else {
			held.push(Buffer.from(piece));
			heldBytes += piece.length;
		}
	};

	const take = (rest: Buffer, end: RawRow["end"]): RawRow | undefined => {
		const blank = cells === 1 && place === START;
		if (!tooLarge && heldBytes + rest.length > LIMITS.rowBytes) tooLarge = { cell: null };
		const bytes = held.length === 0 ? rest : Buffer.concat([...held, rest]);
		const row = { line: rowLine, cells, bytes, tooLarge, stray, end };
		held = [];
		heldBytes = 0;
		cells = 1;
		cellBefore = 0;
		tooLarge = undefined;
		stray = false;
		place = START;
		return blank ? undefined : row;
	};

	/** Counts the line breaks of a quoted cell. @returns the index of its next quote, or the length of the slice */
	const skipQuoted = (slice: Buffer, start: number): number => {
		if (slice[start] === QUOTE) return start;
		const quote = slice.indexOf(QUOTE, start);
		const end = quote === -1 ? slice.length : quote;
		const text = slice.subarray(start, end);
		for (let at = text.indexOf(CR); at !== -1; at = text.indexOf(CR, at + 1)) line++;
		for (let at = text.indexOf(LF); at !== -1; at = text.indexOf(LF, at + 1)) {
			const isSecond = at === 0 ? afterCr : text[at - 1] === CR;
			if (!isSecond) line++;
		}
		afterCr = text.at(-1) === CR;
		return end;
	};

	const feed = (slice: Buffer): RawRow[] => {
		const rows: RawRow[] = [];
		let rowStart = 0;
		let cellStart = 0;
		const endCell = (index: number): void => {
			if (!tooLarge && cellBefore + index - cellStart > LIMITS.cellBytes) tooLarge = { cell: cells - 1 };
		};
		for (let index = 0; index < slice.length; index++) {
			if (place === QUOTED) index = skipQuoted(slice, index);
			if (index === slice.length) break;
			const byte = slice[index];
			if (byte === LF || byte === CR) {
				const second = byte === LF && afterCr;
				if (!second) line++;
				afterCr = byte === CR;
				if (!second) {
					endCell(index);
					const row = take(slice.subarray(rowStart, index), "break");
					if (row) rows.push(row);
				}
				rowStart = cellStart = index + 1;
				rowLine = line;
				continue;
			}
			afterCr = false;
			if (byte === QUOTE) {
				if (place === QUOTED) place = CLOSED;
				else if (place === BARE) stray = true;
				else place = QUOTED;
			} else if (byte === between) {
				endCell(index);
				cells++;
				cellBefore = 0;
				cellStart = index + 1;
				place = START;
			} else if (place === CLOSED || (byte !== SPACE && byte !== TAB)) {
				stray ||= place === CLOSED && byte !== SPACE && byte !== TAB;
				place = BARE;
			}
		}
		if (rowStart < slice.length) hold(slice.subarray(rowStart), cellBefore + slice.length - cellStart);
		return rows;
	};

	const end = (): RawRow[] => {
		const row = take(Buffer.alloc(0), place === QUOTED ? "quote" : "file");
		return row ? [row] : [];
	};

	return { feed, end };
};
