import { unescapeFormula, manyLines, oneLine } from "./cell-text";
import { excerpt, type CsvCode, type CsvProblem } from "../error-codes";
import type { Column, Columns } from "../columns";
import { LIMITS } from "../limits";
import { parseBoolean } from "./cell-values";

/** Reads the cells of one row by column and collects their problems. */
export interface RowReader {
	/** Text on one line; "" if the file does not have the column. */
	text(column: Column): string;
	/** Text with line breaks; "" if the file does not have the column. */
	lines(column: Column): string;
	/** Text with a maximum length; a longer one is reported as TEXT_TOO_LONG or the given code. */
	short(column: Column, length: number, code?: CsvCode): string;
	/** Parsed value of the cell. If `parse` returns undefined, the code is reported and the fallback returned. A blank cell is the fallback. */
	value<T>(column: Column, parse: (text: string) => T | undefined, code: CsvCode, fallback: T): T;
	/** Boolean value; a blank or missing cell is the fallback. */
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
			if (given.length > length) note(code, column, `${given.length} characters; at most ${length} are allowed`);
			return given;
		},
		value,
		boolean: (column, fallback) => value(column, parseBoolean, "BOOLEAN_INVALID", fallback),
		note,
		noteAt,
		flaws,
	};
};

/** Same rule as the contract: ASCII letters, digits, - and _, and any non-ASCII character except spaces and C1 controls. */
const HANDLE = /^[^\0-/:-`{-\u009f\s][^\0-,./:-^`{-\u009f\s]*$/u;

export const isHandle = (handle: string): boolean => handle.length <= LIMITS.handle && HANDLE.test(handle);

/** Normalized handle of a cell; rows with the same handle belong to one product. */
export const handleIn = (cell: string): string => unescapeFormula(cell.trim()).normalize("NFC").toLowerCase();
