import { fileError, rowError, type CsvProblem } from "../error-codes";
import type { Columns } from "../columns";
import type { CsvItem } from "../product-draft";
import { pendingProducts } from "./pending-products";
import { productBuilder, type ProductBuilder } from "./product-builder";
import { handleIn, isHandle } from "./row-reader";
import type { BrokenRow, Row, SoundRow } from "../rows/row-splitter";
import type { ScatteredHandles } from "./handle-scan";
import { recoverHandles } from "./broken-rows";

/** Assembles rows into products. */
export interface ProductAssembler {
	add(row: Row): CsvItem[];
	/** Called at the end of the file. @returns the remaining items */
	end(): CsvItem[];
}

/** Number of texts at which those of earlier broken rows are dropped. It bounds memory if every row of a file is broken. */
const MAX_MENTIONED = 10_000;

const isBlank = ({ cells }: SoundRow): boolean => cells.every((cell) => cell.trim() === "");

const MAY_HAVE_ROWS_ABOVE: CsvProblem = {
	code: "CSV_MALFORMED",
	column: null,
	detail: "the broken row above may contain rows of this product",
};

/** @param scattered handles of products with non-adjacent rows */
export const productAssembler = (columns: Columns, decimals: number, scattered: ScatteredHandles): ProductAssembler => {
	const options = { columns, decimals, skus: new Map<string, string>() };
	const tooFarApart: CsvProblem = { code: "HANDLE_REPEATED", column: columns.at.handle };
	const pending = pendingProducts();
	/** Handles of products that were rejected because the memory limit was reached before their last row. */
	const rejectedEarly = new Set<string>();
	let open: ProductBuilder | undefined;
	let read = 0;
	let empty = true;
	/** Whether the previous row belongs to no product. Rows without a handle below it may belong to the same unknown product. */
	let isAboveUnassigned = false;
	/** Texts in the preceding broken rows. If the next product's handle is among them, those rows may contain rows of it. */
	let mentionedAbove: ReadonlySet<string> = new Set();

	const start = (handle: string, line: number): ProductBuilder => {
		const product = productBuilder(handle, line, options);
		if (!isHandle(handle)) product.refuse(line, { code: "HANDLE_INVALID", column: columns.at.handle });
		else if (mentionedAbove.has(handle)) product.refuse(line, MAY_HAVE_ROWS_ABOVE);
		return product;
	};

	/** Counts further rows of a product that was already rejected. */
	const resumeRejected = (handle: string, line: number): ProductBuilder => {
		const product = start(handle, line);
		product.refuse(line, tooFarApart);
		return { ...product, close: () => product.close().map((item) => ({ ...item, refused: false })) };
	};

	const next = (handle: string, line: number): ProductBuilder => {
		const product = pending.take(handle) ?? (rejectedEarly.has(handle) ? resumeRejected(handle, line) : start(handle, line));
		mentionedAbove = new Set();
		return product;
	};

	/** Closes the open product, or moves it to the pending ones if more of its rows follow. */
	const closeOrPark = (line: number): CsvItem[] => {
		if (!open) return [];
		if ((scattered.get(open.handle) ?? 0) < read) return open.close();
		if (pending.add(open)) return [];
		rejectedEarly.add(open.handle);
		open.refuse(line, tooFarApart);
		return open.close();
	};

	const assign = (row: Row, handle: string): CsvItem[] => {
		isAboveUnassigned = false;
		const isOpen = open?.handle === handle;
		// closed first, so that its SKUs are known to the next product
		const closed = isOpen ? [] : closeOrPark(row.line);
		if (!open || !isOpen) open = next(handle, row.line);
		open.add(row);
		return closed;
	};

	/** Handles a row without a handle. With a title it begins an unknown product. Without one it is an error of the product above. */
	const assignToProductAbove = (line: number, flaw: CsvProblem, startsProduct: boolean): CsvItem[] => {
		if (open && !startsProduct && !isAboveUnassigned) {
			open.add({ line, flaw, text: "", whole: 0 });
			return [];
		}
		const refused = startsProduct || !isAboveUnassigned;
		isAboveUnassigned = true;
		return [{ kind: "error", error: rowError(line, null, flaw, columns.headers), rows: 1, refused }];
	};

	const addBroken = (row: BrokenRow): CsvItem[] => {
		const { handle, mentioned, title, cutHandle } = recoverHandles(row, columns);
		const isMentioned = handle === undefined && open !== undefined && mentioned.has(open.handle);
		// rejecting a product is safer than importing it without some of its rows
		const mayBeCut = cutHandle !== undefined && open?.handle.startsWith(cutHandle) === true;
		const owner = isMentioned || mayBeCut ? open?.handle : handle;
		const items = owner === undefined ? assignToProductAbove(row.line, row.flaw, title !== "") : assign(row, owner);
		pending.refuse(mentioned, row.line, MAY_HAVE_ROWS_ABOVE);
		mentionedAbove = mentionedAbove.size < MAX_MENTIONED ? mentionedAbove.union(mentioned) : mentioned;
		return items;
	};

	/** Whether the row repeats the header, as in concatenated files. */
	const isHeader = ({ cells }: SoundRow): boolean => columns.headers.every((header, index) => header === cells[index]?.trim());

	const addSound = (row: SoundRow): CsvItem[] => {
		const handle = handleIn(row.cells[columns.at.handle] ?? "");
		if (handle !== "") return isHeader(row) ? [] : assign(row, handle);
		if (isBlank(row)) return [];
		return assignToProductAbove(
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
			return [...(open ? [open] : []), ...pending.rest()].flatMap((product) => product.close());
		},
	};
};
