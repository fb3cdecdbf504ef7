import { unescapeFormula, manyLines, oneLine } from "./cell-text";
import { excerpt, type CsvCode, type CsvProblem } from "../error-codes";
import type { Column, Columns } from "../columns";
import { LIMITS } from "../limits";
import { parseBoolean } from "./cell-values";

/** The cells of one row by their columns, and what is found wrong with them. */
export interface RowReader {
	/** On one line; "" where the file has no such column. */
	text(column: Column): string;
	/** The same, with line breaks. */
	lines(column: Column): string;
	/** At most so many characters: otherwise TEXT_TOO_LONG, or the code given. */
	short(column: Column, length: number, code?: CsvCode): string;
	/** What `parse` makes of the cell; where it can make nothing of it, the code is noted and the fallback given. */
	value<T>(column: Column, parse: (text: string) => T | undefined, code: CsvCode, fallback: T): T;
	/** A blank cell, or none, is the fallback. */
	boolean(column: Column, fallback: boolean): boolean;
	note(code: CsvCode, column: Column, detail?: string): void;
	noteAt(code: CsvCode, column: number | null, detail?: string): void;
	readonly flaws: readonly CsvProblem[];
}

export const rowReader = (cells: readonly string[], { at }: Columns): RowReader => {
	const flaws: CsvProblem[] = [];
	const cell = (column: Column): string => {
		const index = at[column];
		return index === -1 ? "" : (cells[index] ?? "");
	};
	const text = (column: Column): string => {
		const given = cell(column);
		return given === "" ? "" : oneLine(given);
	};
	const noteAt = (code: CsvCode, column: number | null, detail?: string): void => void flaws.push({ code, column, detail });
	const note = (code: CsvCode, column: Column, detail?: string): void => noteAt(code, at[column], detail);

	const value = <T>(column: Column, parse: (text: string) => T | undefined, code: CsvCode, fallback: T): T => {
		const given = text(column);
		if (given === "") return fallback;
		const parsed = parse(given);
		if (parsed === undefined) note(code, column, excerpt(given));
		return parsed ?? fallback;
	};

	return {
		text,
		lines: (column) => manyLines(cell(column)),
		short(column, length, code = "TEXT_TOO_LONG") {
			const given = text(column);
			if (given.length > length) note(code, column, `${given.length} characters, where ${length} are allowed`);
			return given;
		},
		value,
		boolean: (column, fallback) => value(column, parseBoolean, "BOOLEAN_INVALID", fallback),
		note,
		noteAt,
		flaws,
	};
};

/** As the contract has it: of ASCII letters, digits, - and _; of the rest of Unicode whatever shops have in their addresses. */
const HANDLE = /^[^\0-/:-`{-\u009f\s][^\0-,./:-^`{-\u009f\s]*$/u;

export const isHandle = (handle: string): boolean => handle.length <= LIMITS.handle && HANDLE.test(handle);

/** What tells rows of one product from those of another. */
export const handleIn = (cell: string): string => unescapeFormula(cell.trim()).normalize("NFC").toLowerCase();
