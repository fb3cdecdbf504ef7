import { oneLine } from "./cells";
import { rowError, type Flaw } from "./codes";
import type { Columns } from "./columns";
import type { CsvItem } from "./draft";
import { openProduct, type OpenProduct } from "./product";
import { handleOf, isHandle } from "./reading";
import type { Row } from "./rows";

/** Puts rows together into products. */
export interface Assembly {
	add(row: Row): CsvItem[];
	/** The file is over. */
	end(): CsvItem[];
}

const isBlank = ({ cells, flaw }: Row): boolean => !flaw && cells.every((cell) => cell.trim() === "");

export const assembly = (columns: Columns, decimals: number): Assembly => {
	const setting = { columns, decimals, skus: new Map<string, string>() };
	const handles = new Set<string>();
	let open: OpenProduct | undefined;
	let empty = true;
	/** Whether the row just read names no product, so that those below it without a handle may be its. */
	let nameless = false;

	const start = (handle: string, line: number): OpenProduct => {
		const product = openProduct(handle, line, setting);
		if (!isHandle(handle)) product.refuse(line, { code: "HANDLE_INVALID", column: columns.at.handle });
		else if (handles.has(handle)) product.refuse(line, { code: "HANDLE_REPEATED", column: columns.at.handle });
		else handles.add(handle);
		return product;
	};

	/** A row that does not say whose it is. With a title it begins a product; without one it belongs to the rows above, which then lack it. */
	const addNameless = (row: Row): CsvItem[] => {
		const flaw: Flaw = row.flaw ?? { code: "HANDLE_MISSING", column: columns.at.handle };
		const begins = oneLine(row.cells[columns.at.title] ?? "") !== "";
		if (open && !begins && !nameless) {
			open.add({ ...row, flaw });
			return [];
		}
		const refused = begins || !nameless;
		nameless = true;
		return [{ kind: "error", error: rowError(row.line, null, flaw, columns.headers), rows: 1, refused }];
	};

	const add = (row: Row): CsvItem[] => {
		if (isBlank(row)) return [];
		empty = false;
		const handle = handleOf(row.cells, columns);
		if (handle === "" || (row.flaw && !isHandle(handle))) return addNameless(row);
		nameless = false;
		const before = open;
		if (before?.handle === handle) {
			before.add(row);
			return [];
		}
		open = start(handle, row.line);
		open.add(row);
		return before?.close() ?? [];
	};

	return {
		add,
		end: () => (empty ? [ofFile({ code: "FILE_EMPTY", column: null })] : (open?.close() ?? [])),
	};
};

/** An error of the file as a whole. */
export const ofFile = (flaw: Flaw, headers: readonly string[] = []): CsvItem => ({
	kind: "error",
	error: rowError(1, null, flaw, headers),
	rows: 0,
	refused: false,
});
