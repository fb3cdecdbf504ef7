import { fileError, rowError, type CsvProblem } from "../error-codes";
import type { Columns } from "../columns";
import type { CsvItem } from "../product-draft";
import { pendingProducts } from "./pending-products";
import { productBuilder, type ProductBuilder } from "./product-builder";
import { handleIn, isHandle } from "./row-reader";
import type { BrokenRow, Row, SoundRow } from "../rows/row-splitter";
import type { ScatteredHandles } from "./handle-scan";
import { recoverHandles } from "./broken-rows";

/** Puts rows together into products. */
export interface ProductAssembler {
	add(row: Row): CsvItem[];
	/** The file is over. */
	end(): CsvItem[];
}

/** A file may be one broken row after the other. */
const MAX_BEREFT = 10_000;

const isBlank = ({ cells }: SoundRow): boolean => cells.every((cell) => cell.trim() === "");

const MAY_LIE_ABOVE: CsvProblem = { code: "CSV_MALFORMED", column: null, detail: "rows of this product may lie in the broken row above" };

/** @param scattered the products whose rows do not stand together */
export const productAssembler = (columns: Columns, decimals: number, scattered: ScatteredHandles): ProductAssembler => {
	const setting = { columns, decimals, skus: new Map<string, string>() };
	const tooFarApart: CsvProblem = { code: "HANDLE_REPEATED", column: columns.at.handle };
	const parked = pendingProducts();
	/** There was no room for them until their last row. */
	const gone = new Set<string>();
	let open: ProductBuilder | undefined;
	let read = 0;
	let empty = true;
	/** Whether the row just read names no product, so that those below it without a handle may be its. */
	let nameless = false;
	/** What the broken rows just read mention: where the next product is among it, rows of it may lie in them. */
	let bereft: ReadonlySet<string> = new Set();

	const start = (handle: string, line: number): ProductBuilder => {
		const product = productBuilder(handle, line, setting);
		if (!isHandle(handle)) product.refuse(line, { code: "HANDLE_INVALID", column: columns.at.handle });
		else if (bereft.has(handle)) product.refuse(line, MAY_LIE_ABOVE);
		return product;
	};

	/** It was refused and has gone its way: what further rows it has are only counted. */
	const startAgain = (handle: string, line: number): ProductBuilder => {
		const product = start(handle, line);
		product.refuse(line, tooFarApart);
		return { ...product, close: () => product.close().map((item) => ({ ...item, refused: false })) };
	};

	const next = (handle: string, line: number): ProductBuilder => {
		const product = parked.take(handle) ?? (gone.has(handle) ? startAgain(handle, line) : start(handle, line));
		bereft = new Set();
		return product;
	};

	/** Ends the product above, unless further rows of it are to come. */
	const leave = (line: number): CsvItem[] => {
		if (!open) return [];
		if ((scattered.get(open.handle) ?? 0) < read) return open.close();
		if (parked.add(open)) return [];
		gone.add(open.handle);
		open.refuse(line, tooFarApart);
		return open.close();
	};

	const belongs = (row: Row, handle: string): CsvItem[] => {
		nameless = false;
		const isOpen = open?.handle === handle;
		// first, so that its SKUs are known to the next
		const closed = isOpen ? [] : leave(row.line);
		if (!open || !isOpen) open = next(handle, row.line);
		open.add(row);
		return closed;
	};

	/** A row that does not say whose it is. With a title it begins a product; without one it belongs to the rows above, which then lack it. */
	const belongsNowhere = (line: number, flaw: CsvProblem, begins: boolean): CsvItem[] => {
		if (open && !begins && !nameless) {
			open.add({ line, flaw, text: "", whole: 0 });
			return [];
		}
		const refused = begins || !nameless;
		nameless = true;
		return [{ kind: "error", error: rowError(line, null, flaw, columns.headers), rows: 1, refused }];
	};

	const addBroken = (row: BrokenRow): CsvItem[] => {
		const { handle, mentioned, title, cutHandle } = recoverHandles(row, columns);
		const isMentioned = handle === undefined && open !== undefined && mentioned.has(open.handle);
		// rather a product too few than half of one
		const mayBeCut = cutHandle !== undefined && open?.handle.startsWith(cutHandle) === true;
		const owner = isMentioned || mayBeCut ? open?.handle : handle;
		const items = owner === undefined ? belongsNowhere(row.line, row.flaw, title !== "") : belongs(row, owner);
		parked.refuse(mentioned, row.line, MAY_LIE_ABOVE);
		bereft = bereft.size < MAX_BEREFT ? bereft.union(mentioned) : mentioned;
		return items;
	};

	/** Files that were put one after the other have a header each. */
	const isHeader = ({ cells }: SoundRow): boolean => columns.headers.every((header, index) => header === cells[index]?.trim());

	const addSound = (row: SoundRow): CsvItem[] => {
		const handle = handleIn(row.cells[columns.at.handle] ?? "");
		if (handle !== "") return isHeader(row) ? [] : belongs(row, handle);
		if (isBlank(row)) return [];
		return belongsNowhere(
			row.line,
			{ code: "HANDLE_MISSING", column: columns.at.handle },
			(row.cells[columns.at.title] ?? "").trim() !== "",
		);
	};

	return {
		add(row) {
			read++;
			empty &&= row.flaw === undefined && isBlank(row);
			return row.flaw ? addBroken(row) : addSound(row);
		},
		end() {
			if (empty) return [fileError({ code: "FILE_EMPTY", column: null })];
			return [...(open ? [open] : []), ...parked.rest()].flatMap((product) => product.close());
		},
	};
};
