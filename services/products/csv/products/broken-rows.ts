import type { Columns } from "../columns";
import { handleIn, isHandle } from "./row-reader";
import type { BrokenRow } from "../rows/row-splitter";

const cellOf = (delimiter: string): RegExp =>
	new RegExp(` *(?:"([^"]*(?:""[^"]*)*)"?[^${delimiter}]*|([^${delimiter}]*))(?:${delimiter}|$)`, "y");

const CELLS: ReadonlyMap<string, RegExp> = new Map([",", ";", "\t"].map((delimiter) => [delimiter, cellOf(delimiter)]));

/** The first cells of a line that csv-parse refuses, as if its quotes were well placed. */
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

/** As if there were none, but perhaps one before each cell. */
const unquoted = (line: string, count: number, delimiter: string): string[] =>
	line.split(delimiter, count).map((cell) => cell.trim().replace(/^"/, ""));

/** Lines from either end of the row that are looked at: what lies further in is whole products. */
const NEAR = 50;
const TOKENS = 1_000;

const tokensOf = (line: string): string[] =>
	line
		.split(/[",;\t]+/, TOKENS)
		.map(handleIn)
		.filter(isHandle);

/** What can still be made out of a row that is broken, perhaps with the rows that an open quote took into it. */
export interface RecoveredHandles {
	/** Of the product that its first line belongs to. */
	readonly handle: string | undefined;
	/** What stands in its lines and may be a handle. */
	readonly mentioned: ReadonlySet<string>;
	readonly title: string;
	/** What of the handle was read before the file ended; undefined: the handle is whole. */
	readonly cutHandle: string | undefined;
}

const guessHandle = (first: string, cells: readonly string[], count: number, { at, delimiter }: Columns): string | undefined =>
	[cells, unquoted(first, count, delimiter)].map((guess) => handleIn(guess[at.handle] ?? "")).find(isHandle);

const linesOf = (text: string): string[] => text.split(/\r\n|\n|\r/);
const outerOf = (lines: string[]): string[] => (lines.length > 2 * NEAR ? [...lines.slice(0, NEAR), ...lines.slice(-NEAR)] : lines);

/** The handles of its lines, as if each were a row; undefined where one has none. */
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
	// an open quote may have taken whole lines into the row: what stands in the first of them is whole
	const isCut = whole <= at.handle && (lines.length === 1 || handle === undefined);
	return {
		handle,
		cutHandle: isCut ? handleIn(cells[at.handle] ?? "") : undefined,
		mentioned: new Set(outerOf(lines).flatMap(tokensOf)),
		title: (cells[at.title] ?? "").trim(),
	};
};
