import type { CsvProblem } from "../error-codes";
import { cellsOfLine, columnsOf, missingColumns } from "../columns";

/** Format of a file: its cell separator, and whether the first row only announces it, as in "sep=;". */
export interface Dialect {
	readonly delimiter: string;
	readonly announced: boolean;
}

/** In order of preference. Spreadsheets write semicolons in many European locales, and tabs when they save as text. */
const DELIMITERS = [",", ";", "\t"] as const;
const ANNOUNCEMENT = /^sep=([,;\t]) *$/i;

const FOREIGN_FORMATS: readonly (readonly [beginning: string, format: string])[] = [
	["504b0304", "a spreadsheet or another ZIP archive: save it as CSV UTF-8"],
	["d0cf11e0a1b11ae1", "an Excel 97-2003 file (.xls): save it as CSV UTF-8"],
	["1f8b", "compressed with gzip: unpack it first"],
	["25504446", "a PDF"],
	["89504e47", "a picture"],
	["ffd8ff", "a picture"],
];

const startsWith = (bytes: Buffer, beginning: string): boolean => bytes.subarray(0, beginning.length / 2).toString("hex") === beginning;

const UTF_16_MARK = /^(?:fffe|feff)/;
const NUL_SHARE = 3;

/** Detects UTF-16 by its byte order mark, or by its share of zero bytes: every second byte of Latin letters is 0. */
const isUtf16 = (bytes: Buffer): boolean => {
	const sample = bytes.subarray(0, 64);
	return UTF_16_MARK.test(sample.toString("hex", 0, 2)) || sample.filter((byte) => byte === 0).length * NUL_SHARE > sample.length;
};

const firstLineOf = (bytes: Buffer): string => {
	const text = bytes.toString().trimStart();
	return text.slice(0, text.search(/[\r\n]|$/));
};

const foreignFormat = (bytes: Buffer): string | undefined => {
	const format = FOREIGN_FORMATS.find(([beginning]) => startsWith(bytes, beginning))?.[1];
	if (format !== undefined) return format;
	const first = firstLineOf(bytes);
	if (/^<(?:!doctype|html|\?xml|[a-z]+[ >])/i.test(first)) return "HTML or XML, possibly a login page";
	return /^[{[]\s*(?:["{[]|$)/.test(first) ? "JSON" : undefined;
};

const dialectOfLine = (line: string): Dialect => {
	const [, announced] = ANNOUNCEMENT.exec(line) ?? [];
	if (announced !== undefined) return { delimiter: announced, announced: true };
	const found = DELIMITERS.find((delimiter) => missingColumns(columnsOf(cellsOfLine(line, delimiter), delimiter)).length === 0);
	return { delimiter: found ?? ",", announced: false };
};

/** Detects the format from the first bytes of a file. @returns the dialect, or the reason to reject the file */
export const dialectOf = (bytes: Buffer): Dialect | CsvProblem => {
	const format = foreignFormat(bytes);
	if (format !== undefined) return { code: "FILE_NOT_CSV", column: null, detail: `it is ${format}` };
	if (isUtf16(bytes)) return { code: "ENCODING_INVALID", column: null, detail: "it looks like UTF-16: save it as CSV UTF-8" };
	return dialectOfLine(firstLineOf(bytes));
};
