import type { Columns } from "./columns";
import { handleIn, isHandle } from "./reading";
import type { BrokenRow } from "./rows";

const CELL = /\s*(?:"([^"]*(?:""[^"]*)*)"?[^,]*|([^,]*))(?:,|$)/y;

/** The first cells of a line that csv-parse refuses, as if its quotes were well placed. */
const quoted = (line: string, count: number): string[] => {
	const cells: string[] = [];
	CELL.lastIndex = 0;
	while (cells.length < count && CELL.lastIndex < line.length) {
		const match = CELL.exec(line);
		if (!match) break;
		cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
	}
	return cells;
};

/** As if there were none, but perhaps one before each cell. */
const unquoted = (line: string, count: number): string[] => line.split(",", count).map((cell) => cell.trim().replace(/^"/, ""));

/** Lines from either end of the row that are looked at: what lies further in is whole products. */
const NEAR = 50;
const TOKENS = 1_000;

const tokensOf = (line: string): string[] => line.split(/[",]+/, TOKENS).map(handleIn).filter(isHandle);

/** What can still be made out of a row that is broken, perhaps with the rows that an open quote took into it. */
export interface Traces {
	/** Of the product that its first line belongs to. */
	readonly handle: string | undefined;
	/** What stands in its lines and may be a handle. */
	readonly mentioned: ReadonlySet<string>;
	readonly title: string;
	/** What of the handle was read before the file ended; undefined: the handle is whole. */
	readonly cutHandle: string | undefined;
}

export const tracesOf = ({ text, whole }: BrokenRow, { at }: Columns): Traces => {
	const lines = text.split(/\r\n|\n|\r/);
	const [first = ""] = lines;
	const outer = lines.length > 2 * NEAR ? [...lines.slice(0, NEAR), ...lines.slice(-NEAR)] : lines;
	const count = Math.max(at.handle, at.title) + 1;
	const cells = quoted(first, count);
	const handle = [cells, unquoted(first, count)].map((guess) => handleIn(guess[at.handle] ?? "")).find(isHandle);
	// an open quote may have taken whole lines into the row: what stands in the first of them is whole
	const isCut = whole <= at.handle && (lines.length === 1 || handle === undefined);
	return {
		handle,
		cutHandle: isCut ? handleIn(cells[at.handle] ?? "") : undefined,
		mentioned: new Set(outer.flatMap(tokensOf)),
		title: (cells[at.title] ?? "").trim(),
	};
};
