import { LIMITS } from "../limits";

/** The bytes of one row of the file. */
export interface RawRow {
	/** Physical line where the row begins, from 1. */
	readonly line: number;
	/** Number of cells: the delimiters outside quotes, plus one. */
	readonly cells: number;
	/** Bytes without the line break, valid until the next slice is fed. Of an oversized row, only its start and end. */
	readonly bytes: Buffer;
	/** Index of the cell that is too large; null if the row as a whole is too large. */
	readonly tooLarge: { readonly cell: number | null } | undefined;
	/** Whether the row has a quote inside an unquoted cell, or text after a closing quote. */
	readonly stray: boolean;
	/** How the row ends: at a line break, at the end of the file, or at the end of the file within quotes. */
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

/** States: before the first character of a cell; in an unquoted cell; within quotes; after a closing quote or the first of two. */
const START = 0;
const UNQUOTED = 1;
const QUOTED = 2;
const CLOSED = 3;

/**
 * Finds the boundaries of rows and counts physical lines. csv-parse is not used for this: it counts CRLF in quotes twice and does not recover
 * after a broken or oversized cell. The framer resumes at the next line break outside quotes. A cell of 100 MB takes no more memory than the
 * bytes kept from its start and end. Rows end with LF, CRLF or CR; blank lines are skipped.
 *
 * @param delimiter cell separator, one ASCII character
 */
export const rowFramer = (delimiter = ","): RowFramer => {
	const separator = delimiter.charCodeAt(0);
	let state = START;
	let line = 1;
	let afterCr = false;
	let held: Buffer[] = [];
	let heldBytes = 0;
	let rowLine = 1;
	let cells = 1;
	/** Bytes of the current cell in earlier slices. */
	let cellBefore = 0;
	let tooLarge: RawRow["tooLarge"];
	let stray = false;

	/** Replaces the last bytes of an oversized row; its first bytes were kept when it became too large. */
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
		const blank = cells === 1 && state === START;
		if (!tooLarge && heldBytes + rest.length > LIMITS.rowBytes) tooLarge = { cell: null };
		const bytes = held.length === 0 ? rest : Buffer.concat([...held, rest]);
		const row = { line: rowLine, cells, bytes, tooLarge, stray, end };
		held = [];
		heldBytes = 0;
		cells = 1;
		cellBefore = 0;
		tooLarge = undefined;
		stray = false;
		state = START;
		return blank ? undefined : row;
	};

	/** Counts the line breaks of a quoted cell. @returns index of the next quote, or the length of the slice */
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
			if (state === QUOTED) index = skipQuoted(slice, index);
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
				if (state === QUOTED) state = CLOSED;
				else if (state === UNQUOTED) stray = true;
				else state = QUOTED;
			} else if (byte === separator) {
				endCell(index);
				cells++;
				cellBefore = 0;
				cellStart = index + 1;
				state = START;
			} else if (state === CLOSED || (byte !== SPACE && byte !== TAB)) {
				stray ||= state === CLOSED && byte !== SPACE && byte !== TAB;
				state = UNQUOTED;
			}
		}
		if (rowStart < slice.length) hold(slice.subarray(rowStart), cellBefore + slice.length - cellStart);
		return rows;
	};

	const end = (): RawRow[] => {
		const row = take(Buffer.alloc(0), state === QUOTED ? "quote" : "file");
		return row ? [row] : [];
	};

	return { feed, end };
};
