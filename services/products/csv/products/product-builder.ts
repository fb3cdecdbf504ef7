import { rowError, type CsvProblem } from "../error-codes";
import type { Columns } from "../columns";
import type { CsvItem, RowError } from "../product-draft";
import { LIMITS } from "../limits";
import { imageCollector } from "./image-collector";
import { checkNames, slotsOf, valuesOf, type Slot } from "./options";
import { productFields, type ProductFields } from "./product-fields";
import { rowReader, type RowReader } from "./row-reader";
import type { Row, SoundRow } from "../rows/row-splitter";
import { isVariant, variantFields } from "./variant-fields";
import { variantCollector } from "./variant-collector";

/** Settings for reading the rows of a product. */
export interface BuilderOptions {
	readonly columns: Columns;
	/** Decimals of the currency. */
	readonly decimals: number;
	/** SKUs of earlier products, mapped to the handles of their products. */
	readonly skus: Map<string, string>;
}

/** Builds one product from its rows. It keeps the extracted variants and images, not the rows. */
export interface ProductBuilder {
	readonly handle: string;
	add(row: Row): void;
	/** Rejects the product. Its further rows are only counted. */
	refuse(line: number, flaw: CsvProblem): void;
	/** Approximate memory use in bytes. */
	bytes(): number;
	/** Returns the errors of skipped rows and the product, or the errors for which the product is rejected. */
	close(): CsvItem[];
}

/** Approximate memory of a product, and of a variant or image, without their texts. */
const PRODUCT_BYTES = 2_048;
const ROW_BYTES = 512;

export const productBuilder = (handle: string, firstLine: number, { columns, decimals, skus }: BuilderOptions): ProductBuilder => {
	const errors: RowError[] = [];
	let images = imageCollector();
	const variants = variantCollector(handle, columns, skus);
	let rows = 0;
	let bytes = PRODUCT_BYTES;
	/** Index of the first error that rejects the product. */
	let refusal: number | undefined;
	let variantRows = 0;
	let countsOnly = false;
	let fields: ProductFields | undefined;
	let slots: readonly Slot[] = [];

	const report = (line: number, flaw: CsvProblem): void => void errors.push(rowError(line, handle, flaw, columns.headers));

	const fail = (line: number, flaw: CsvProblem): void => {
		refusal ??= errors.length;
		if (errors.length - refusal < LIMITS.errors) report(line, flaw);
		else countsOnly = true;
	};

	const addVariant = (cells: RowReader, line: number): void => {
		const duplicate = variants.add(variantFields(cells, line, decimals), valuesOf(cells, slots));
		if (duplicate) report(line, duplicate);
		if (++variantRows <= LIMITS.variants) return;
		cells.note("VARIANTS_TOO_MANY", "handle");
		variants.clear();
		countsOnly = true;
	};

	const addFirst = ({ cells, line }: SoundRow): void => {
		const first = rowReader(cells, columns);
		fields = productFields(first);
		slots = slotsOf(first, columns, cells);
		addVariant(first, line);
		images.add(first);
		for (const flaw of first.flaws) fail(line, flaw);
	};

	const addFurther = ({ cells, line }: SoundRow): void => {
		const further = rowReader(cells, columns);
		checkNames(further, slots);
		const before = errors.length;
		if (isVariant(further)) addVariant(further, line);
		// problems of a skipped row do not reject the product
		if (errors.length > before && !countsOnly) return;
		images.add(further);
		for (const flaw of further.flaws) fail(line, flaw);
	};

	const items = (refused: number | undefined): CsvItem[] =>
		errors.map((error, index) => ({ kind: "error", error, rows: index === refused ? rows : 0, refused: index === refused }));

	return {
		handle,
		add(row) {
			rows++;
			if (row.flaw) {
				fail(row.line, row.flaw);
				// the options are unknown, so errors of further rows would be misleading
				countsOnly ||= rows === 1;
			} else if (countsOnly) return;
			else {
				bytes += row.cells.reduce((sum, cell) => sum + cell.length, ROW_BYTES);
				if (rows === 1) addFirst(row);
				else addFurther(row);
			}
		},
		refuse(line, flaw) {
			if (countsOnly) return;
			fail(line, flaw);
			countsOnly = true;
			variants.clear();
			images = imageCollector();
			fields = undefined;
			bytes = PRODUCT_BYTES;
		},
		bytes: () => bytes,
		close() {
			if (refusal !== undefined || !fields) return items(refusal);
			// every row was skipped, because all variants belong to another product
			if (variants.size === 0) return items(0);
			const draft = { handle, ...fields, media: images.media(), ...variants.finish(slots) };
			return [...items(undefined), { kind: "product", draft, firstLine, rows }];
		},
	};
};
