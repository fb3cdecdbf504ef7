import { isUtf8 } from "node:buffer";
import { parse } from "csv-parse/sync";
import type { CsvProblem } from "../error-codes";
import type { RawRow } from "./row-framer";

/** A row that was split into its cells. */
export interface SoundRow {
	/** The physical line where it begins, from 1. */
	readonly line: number;
	readonly cells: readonly string[];
	readonly flaw?: undefined;
}

/** Why a row could not be split, and its text, if only to see whose it is: of an enormous one, its beginning and its end. */
export interface BrokenRow {
	readonly line: number;
	readonly flaw: CsvProblem;
	readonly text: string;
	/** How many of its cells are certainly whole: where the file ends within it, the next may be cut short. */
	readonly whole: number;
}

export type Row = SoundRow | BrokenRow;

const LF = 0x0a;
const CR = 0x0d;
const OPTIONS = { bom: false, record_delimiter: "\n", relax_column_count: true } as const;

/** Space around a cell is no part of it; a tab is, where tabs stand between cells. */
const split = (bytes: Buffer, delimiter: string, trim: boolean): string[][] =>
	parse(bytes, { ...OPTIONS, delimiter, trim: trim && delimiter !== "\t" });

const isText = (bytes: Buffer): boolean => isUtf8(bytes) && !bytes.includes(0);

/** A physical line within the row: a sequence of UTF-8 bytes never holds a line break. */
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

/** How the rows of a file are split. */
export interface Shape {
	/** How many cells a row has: those of the first row. */
	readonly columns: number;
	readonly delimiter: string;
	/** Whether a row may have fewer; see short.ts. */
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
			detail: tooLarge.cell === null ? "the row" : "more than 1 MiB",
		});
	}
	if (!isText(bytes))
		return broken(row, {
			code: "ENCODING_INVALID",
			column: null,
			detail: `line ${lineOfBadByte(row)}${isUtf8(bytes) ? "" : "; save the file as CSV UTF-8"}`,
		});
	if (end === "quote") return malformed(row, "a quoted cell of this row is not closed before the file ends");
	if (end === "file" && cells < columns) return malformed(row, "the file ends in the middle of this row");
	if (!fits(row, shape)) return malformed(row, `${cells} cells, where the first row has ${columns}`);
	if (!stray) {
		try {
			const [only, ...others] = split(bytes, delimiter, true);
			if (only?.length === cells && others.length === 0) return { line, cells: only };
		} catch {
			// what is wrong with it is said below, in our words
		}
	}
	return malformed(row, "a quote stands in the middle of a cell, or text after the quote that closes one");
};

const NEWLINE = Buffer.from("\n");

const seemsSound = (row: RawRow, shape: Shape): boolean =>
	row.tooLarge === undefined && !row.stray && row.end === "break" && fits(row, shape) && isText(row.bytes);

/** All that seem sound at once, as they nearly always are. */
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

/** The first cell, where it is bare and the row seems sound and is one line; undefined: only a split can tell. */
const firstCellOf = (row: RawRow, shape: Shape): string | undefined => {
	const [first = QUOTE] = row.bytes;
	if (first <= SPACE || first === QUOTE || row.bytes.includes(LF) || row.bytes.includes(CR) || !seemsSound(row, shape)) return undefined;
	const end = row.bytes.indexOf(shape.delimiter);
	return row.bytes.toString("utf8", 0, end < 0 ? row.bytes.length : end);
};

/**
 * Rows for their first cell alone: that cell, not trimmed, where it can be cut out of the bytes, which costs a fifth of a split; else the row as
 * it is split. A row of one line may be given by its cell although a split would refuse it.
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
