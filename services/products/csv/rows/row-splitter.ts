import { isUtf8 } from "node:buffer";
import { parse } from "csv-parse/sync";
import type { CsvProblem } from "../error-codes";
import type { RawRow } from "./row-framer";

/** A row split into cells. */
export interface SoundRow {
	/** Physical line where the row begins, from 1. */
	readonly line: number;
	readonly cells: readonly string[];
	readonly flaw?: undefined;
}

/** A row that could not be split, with its text for handle recovery. Of an oversized row, the text is its start and end. */
export interface BrokenRow {
	readonly line: number;
	readonly flaw: CsvProblem;
	readonly text: string;
	/** Number of cells that are certainly complete. If the file ends within the row, its last cell may be cut. */
	readonly whole: number;
}

export type Row = SoundRow | BrokenRow;

const LF = 0x0a;
const CR = 0x0d;
const OPTIONS = { bom: false, record_delimiter: "\n", relax_column_count: true } as const;

/** Spaces around a cell are trimmed, except in tab-separated files, where trimming would also remove separators. */
const split = (bytes: Buffer, delimiter: string, trim: boolean): string[][] =>
	parse(bytes, { ...OPTIONS, delimiter, trim: trim && delimiter !== "\t" });

const isText = (bytes: Buffer): boolean => isUtf8(bytes) && !bytes.includes(0);

/** Physical line of the first invalid byte. Splitting at LF is safe, because no UTF-8 sequence contains one. */
const lineOfBadByte = ({ bytes, line }: RawRow): number => {
	for (let from = 0, at = line; ; at++) {
		const next = bytes.indexOf(LF, from);
		if (!isText(bytes.subarray(from, next === -1 ? bytes.length : next))) return at;
		if (next === -1) return line;
		from = next + 1;
	}
};

const broken = ({ line, bytes, cells, end }: RawRow, flaw: CsvProblem): BrokenRow => ({
	line,
	flaw,
	text: bytes.toString(),
	whole: end === "break" ? cells : cells - 1,
});

/** Rules for splitting the rows of a file. */
export interface Shape {
	/** Number of cells of the header row, which every row must have. */
	readonly columns: number;
	readonly delimiter: string;
	/** Whether a row may have fewer cells; see short-rows.ts. */
	readonly isShort?: (row: RawRow) => boolean;
}

const fits = (row: RawRow, { columns, isShort }: Shape): boolean =>
	row.cells === columns || (row.cells < columns && row.end === "break" && isShort?.(row) === true);

const malformed = (row: RawRow, detail: string): BrokenRow => broken(row, { code: "CSV_MALFORMED", column: null, detail });

const splitOne = (row: RawRow, shape: Shape): Row => {
	const { bytes, cells, end, line, stray, tooLarge } = row;
	const { columns, delimiter } = shape;
	if (tooLarge) {
		return broken(row, {
			code: "CELL_TOO_LARGE",
			column: tooLarge.cell,
			detail: tooLarge.cell === null ? "the row exceeds 4 MiB" : "the cell exceeds 1 MiB",
		});
	}
	if (!isText(bytes))
		return broken(row, {
			code: "ENCODING_INVALID",
			column: null,
			detail: `line ${lineOfBadByte(row)}${isUtf8(bytes) ? "" : "; save the file as CSV UTF-8"}`,
		});
	if (end === "quote") return malformed(row, "a quoted cell of this row is not closed");
	if (end === "file" && cells < columns) return malformed(row, "the file ends within this row");
	if (!fits(row, shape)) return malformed(row, `the row has ${cells} cells; the header row has ${columns}`);
	if (!stray) {
		try {
			const [only, ...others] = split(bytes, delimiter, true);
			if (only?.length === cells && others.length === 0) return { line, cells: only };
		} catch {
			// csv-parse rejected the row; the message below replaces its error
		}
	}
	return malformed(row, "a cell contains an unescaped quote, or text after its closing quote");
};

const NEWLINE = Buffer.from("\n");

const seemsSound = (row: RawRow, shape: Shape): boolean =>
	row.tooLarge === undefined && !row.stray && row.end === "break" && fits(row, shape) && isText(row.bytes);

/** Splits all seemingly valid rows in one call, which nearly always succeeds. @returns undefined if a row is invalid after all */
const splitSound = (rows: readonly RawRow[], shape: Shape): SoundRow[] | undefined => {
	try {
		const records = split(Buffer.concat(rows.flatMap(({ bytes }) => [bytes, NEWLINE])), shape.delimiter, false);
		const sound = records.length === rows.length && rows.every(({ cells }, index) => records[index]?.length === cells);
		return sound ? rows.map(({ line }, index) => ({ line, cells: records[index] ?? [] })) : undefined;
	} catch {
		// the rows are then split one by one, which finds the faulty row
		return undefined;
	}
};

/** Splits rows into cells. */
export const splitRows = (rows: readonly RawRow[], shape: Shape): Row[] => {
	const seeming = new Set(rows.filter((row) => seemsSound(row, shape)));
	const sound = seeming.size === 0 ? [] : splitSound([...seeming], shape);
	if (!sound) return rows.map((row) => splitOne(row, shape));
	if (sound.length === rows.length) return sound;
	let next = 0;
	return rows.map((row) => (seeming.has(row) ? sound[next++]! : splitOne(row, shape)));
};

const SPACE = 0x20;
const QUOTE = 0x22;

/** First cell, if it is unquoted and the row seems valid and is one line; undefined if the row must be split. */
const firstCellOf = (row: RawRow, shape: Shape): string | undefined => {
	const [first = QUOTE] = row.bytes;
	if (first <= SPACE || first === QUOTE || row.bytes.includes(LF) || row.bytes.includes(CR) || !seemsSound(row, shape)) return undefined;
	const end = row.bytes.indexOf(shape.delimiter);
	return row.bytes.toString("utf8", 0, end < 0 ? row.bytes.length : end);
};

/**
 * Reads only the first cell of each row. If the cell can be cut out of the bytes, it is returned untrimmed, at a fifth of the cost of a split.
 * Otherwise the row is split. For a row of one line, the cell may be returned although a split would reject the row.
 */
export const splitFirstCells = (rows: readonly RawRow[], shape: Shape): (string | Row)[] => {
	const cells = rows.map((row) => firstCellOf(row, shape));
	const others = splitRows(
		rows.filter((_, index) => cells[index] === undefined),
		shape,
	);
	let next = 0;
	return cells.map((cell) => cell ?? others[next++]!);
};
