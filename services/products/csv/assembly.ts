import { rowError, type Flaw } from "./codes";
import type { Columns } from "./columns";
import type { CsvItem } from "./draft";
import { openProduct, type OpenProduct } from "./product";
import { handleIn, isHandle } from "./reading";
import type { BrokenRow, Row, SoundRow } from "./rows";
import { tracesOf } from "./traces";

/** Puts rows together into products. */
export interface Assembly {
	add(row: Row): CsvItem[];
	/** The file is over. */
	end(): CsvItem[];
}

/** A file may be one broken row after the other. */
const MAX_BEREFT = 10_000;

const isBlank = ({ cells }: SoundRow): boolean => cells.every((cell) => cell.trim() === "");

export const assembly = (columns: Columns, decimals: number): Assembly => {
	const setting = { columns, decimals, skus: new Map<string, string>() };
	const handles = new Set<string>();
	let open: OpenProduct | undefined;
	let empty = true;
	/** Whether the row just read names no product, so that those below it without a handle may be its. */
	let nameless = false;
	/** What the broken rows just read mention: where the next product is among it, rows of it may lie in them. */
	let bereft: ReadonlySet<string> = new Set();

	const start = (handle: string, line: number): OpenProduct => {
		const product = openProduct(handle, line, setting);
		if (!isHandle(handle)) product.refuse(line, { code: "HANDLE_INVALID", column: columns.at.handle });
		else if (handles.has(handle)) product.refuse(line, { code: "HANDLE_REPEATED", column: columns.at.handle });
		else handles.add(handle);
		if (bereft.has(handle))
			product.refuse(line, { code: "CSV_MALFORMED", column: null, detail: "rows of this product may lie in the broken row above" });
		bereft = new Set();
		return product;
	};

	const belongs = (row: Row, handle: string): CsvItem[] => {
		nameless = false;
		const isOpen = open?.handle === handle;
		// first, so that its SKUs are known to the next
		const closed = isOpen ? [] : (open?.close() ?? []);
		if (!isOpen) open = start(handle, row.line);
		open?.add(row);
		return closed;
	};

	/** A row that does not say whose it is. With a title it begins a product; without one it belongs to the rows above, which then lack it. */
	const belongsNowhere = (line: number, flaw: Flaw, begins: boolean): CsvItem[] => {
		if (open && !begins && !nameless) {
			open.add({ line, flaw, text: "", whole: 0 });
			return [];
		}
		const refused = begins || !nameless;
		nameless = true;
		return [{ kind: "error", error: rowError(line, null, flaw, columns.headers), rows: 1, refused }];
	};

	const addBroken = (row: BrokenRow): CsvItem[] => {
		const { handle, mentioned, title, cutHandle } = tracesOf(row, columns);
		const isMentioned = handle === undefined && open !== undefined && mentioned.has(open.handle);
		// rather a product too few than half of one
		const mayBeCut = cutHandle !== undefined && open?.handle.startsWith(cutHandle) === true;
		const owner = isMentioned || mayBeCut ? open?.handle : handle;
		const items = owner === undefined ? belongsNowhere(row.line, row.flaw, title !== "") : belongs(row, owner);
		bereft = bereft.size < MAX_BEREFT ? bereft.union(mentioned) : mentioned;
		return items;
	};

	const addSound = (row: SoundRow): CsvItem[] => {
		if (isBlank(row)) return [];
		const handle = handleIn(row.cells[columns.at.handle] ?? "");
		if (handle !== "") return belongs(row, handle);
		return belongsNowhere(
			row.line,
			{ code: "HANDLE_MISSING", column: columns.at.handle },
			(row.cells[columns.at.title] ?? "").trim() !== "",
		);
	};

	return {
		add(row) {
			empty &&= row.flaw === undefined && isBlank(row);
			return row.flaw ? addBroken(row) : addSound(row);
		},
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
