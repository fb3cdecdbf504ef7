import type { CsvProblem } from "../error-codes";
import { cellsOfLine, columnsOf, missingColumns } from "../columns";

/** How a file is written: what stands between its cells, and whether its first row only says so, as spreadsheets have it ("sep=;"). */
export interface Dialect {
	readonly delimiter: string;
	readonly announced: boolean;
}

/** The comma is meant where nothing speaks for another. Spreadsheets in much of Europe write semicolons, and tabs where they save as text. */
const DELIMITERS = [",", ";", "\t"] as const;
const ANNOUNCEMENT = /^sep=([,;\t]) *$/i;

const KINDS: readonly (readonly [beginning: string, kind: string])[] = [
	["504b0304", "a spreadsheet or another ZIP archive: save it as CSV UTF-8"],
	["d0cf11e0a1b11ae1", "an old spreadsheet (.xls): save it as CSV UTF-8"],
	["1f8b", "compressed with gzip: unpack it first"],
	["25504446", "a PDF"],
	["89504e47", "a picture"],
	["ffd8ff", "a picture"],
];

const startsWith = (bytes: Buffer, beginning: string): boolean => bytes.subarray(0, beginning.length / 2).toString("hex") === beginning;

const UTF_16_MARK = /^(?:fffe|feff)/;
const NUL_SHARE = 3;

/** With its mark, or without: of Latin letters every second byte is 0. */
const isUtf16 = (bytes: Buffer): boolean => {
	const sample = bytes.subarray(0, 64);
	return UTF_16_MARK.test(sample.toString("hex", 0, 2)) || sample.filter((byte) => byte === 0).length * NUL_SHARE > sample.length;
};

const firstLineOf = (bytes: Buffer): string => {
	const text = bytes.toString().trimStart();
	return text.slice(0, text.search(/[\r\n]|$/));
};

const foreign = (bytes: Buffer): string | undefined => {
	const kind = KINDS.find(([beginning]) => startsWith(bytes, beginning))?.[1];
	if (kind !== undefined) return kind;
	const first = firstLineOf(bytes);
	if (/^<(?:!doctype|html|\?xml|[a-z]+[ >])/i.test(first)) return "a web page or XML; perhaps one that asks to log in";
	return /^[{[]\s*(?:["{[]|$)/.test(first) ? "JSON" : undefined;
};

const dialectOfLine = (line: string): Dialect => {
	const [, announced] = ANNOUNCEMENT.exec(line) ?? [];
	if (announced !== undefined) return { delimiter: announced, announced: true };
	const found = DELIMITERS.find((delimiter) => missingColumns(columnsOf(cellsOfLine(line, delimiter), delimiter)).length === 0);
	return { delimiter: found ?? ",", announced: false };
};

/** What can be told from the first bytes of a file: how its rows are to be read, or that it is none of ours. */
export const dialectOf = (bytes: Buffer): Dialect | CsvProblem => {
	const kind = foreign(bytes);
	if (kind !== undefined) return { code: "FILE_NOT_CSV", column: null, detail: `it is ${kind}` };
	if (isUtf16(bytes)) return { code: "ENCODING_INVALID", column: null, detail: "it looks like UTF-16: save it as CSV UTF-8" };
	return dialectOfLine(firstLineOf(bytes));
};
