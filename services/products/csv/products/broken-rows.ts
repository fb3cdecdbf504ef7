import type { Columns } from "../columns";
import { handleIn, isHandle } from "./row-reader";
import type { BrokenRow } from "../rows/row-splitter";

const cellOf = (delimiter: string): RegExp =>
	new RegExp(` *(?:"([^"]*(?:""[^"]*)*)"?[^${delimiter}]*|([^${delimiter}]*))(?:${delimiter}|$)`, "y");

const CELLS: ReadonlyMap<string, RegExp> = new Map([",", ";", "\t"].map((delimiter) => [delimiter, cellOf(delimiter)]));

/** First cells of a line that csv-parse rejects, under the assumption that its quotes are well placed. */
const quoted = (line: string, count: number, delimiter: string): string[] => {
	const cells: string[] = [];
	const cell = CELLS.get(delimiter) ?? cellOf(delimiter);
	cell.lastIndex = 0;
	while (cells.length < count && cell.lastIndex < line.length) {
		const match = cell.exec(line);
		if (!match) break;
		cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
	}
	return cells;
};

/** First cells of a line if quotes are ignored, except for one at the start of a cell. */
const unquoted = (line: string, count: number, delimiter: string): string[] =>
	line.split(delimiter, count).map((cell) => cell.trim().replace(/^"/, ""));

/** Number of lines inspected at each end of a row. A product further inside is lost as a whole, never in part. */
const MAX_OUTER_LINES = 50;
const MAX_TOKENS = 1_000;

const tokensOf = (line: string): string[] =>
	line
		.split(/[",;\t]+/, MAX_TOKENS)
		.map(handleIn)
		.filter(isHandle);

/** Handles recovered from a broken row, which may include rows swallowed by an open quote. */
export interface RecoveredHandles {
	/** Handle of the product that the first line belongs to. */
	readonly handle: string | undefined;
	/** Texts in its lines that may be handles. */
	readonly mentioned: ReadonlySet<string>;
	readonly title: string;
	/** Part of the handle that was read before the file ended; undefined if the handle is complete. */
	readonly cutHandle: string | undefined;
}

const guessHandle = (first: string, cells: readonly string[], count: number, { at, delimiter }: Columns): string | undefined =>
	[cells, unquoted(first, count, delimiter)].map((guess) => handleIn(guess[at.handle] ?? "")).find(isHandle);

const linesOf = (text: string): string[] => text.split(/\r\n|\n|\r/);
const outerOf = (lines: string[]): string[] =>
	lines.length > 2 * MAX_OUTER_LINES ? [...lines.slice(0, MAX_OUTER_LINES), ...lines.slice(-MAX_OUTER_LINES)] : lines;

/** Handle of each line, treated as a row of its own; undefined for a line without one. */
export const handlesOfLines = ({ text }: BrokenRow, columns: Columns): (string | undefined)[] => {
	const count = Math.max(columns.at.handle, columns.at.title) + 1;
	return outerOf(linesOf(text)).map((line) => guessHandle(line, quoted(line, count, columns.delimiter), count, columns));
};

export const recoverHandles = ({ text, whole }: BrokenRow, columns: Columns): RecoveredHandles => {
	const { at } = columns;
	const lines = linesOf(text);
	const [first = ""] = lines;
	const count = Math.max(at.handle, at.title) + 1;
	const cells = quoted(first, count, columns.delimiter);
	const handle = guessHandle(first, cells, count, columns);
	// an open quote may have swallowed complete lines; the cells of the first line are then complete
	const isCut = whole <= at.handle && (lines.length === 1 || handle === undefined);
	return {
		handle,
		cutHandle: isCut ? handleIn(cells[at.handle] ?? "") : undefined,
		mentioned: new Set(outerOf(lines).flatMap(tokensOf)),
		title: (cells[at.title] ?? "").trim(),
	};
};
