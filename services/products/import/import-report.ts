import type { RowError } from "../csv/product-draft";
import type { ImportReport } from "../products.contract";

/** Counts the results of an import while it runs. */
export interface ReportBuilder {
	rows(count: number): void;
	created(): void;
	updated(): void;
	unchanged(): void;
	refused(): void;
	variants(created: number, updated: number): void;
	stockSet(): void;
	/** Records an error. After 1,000 errors, further ones are omitted; their products are still counted. */
	error(error: RowError): void;
	report(): ImportReport;
}

const MAX_ERRORS = 1_000;

export const reportBuilder = (): ReportBuilder => {
	const products = { created: 0, updated: 0, unchanged: 0, refused: 0 };
	const variants = { created: 0, updated: 0 };
	const stock = { set: 0 };
	const errors: RowError[] = [];
	let rows = 0;
	return {
		rows: (count) => void (rows += count),
		created: () => void (products.created += 1),
		updated: () => void (products.updated += 1),
		unchanged: () => void (products.unchanged += 1),
		refused: () => void (products.refused += 1),
		variants(created, updated) {
			variants.created += created;
			variants.updated += updated;
		},
		stockSet: () => void (stock.set += 1),
		error(error) {
			if (errors.length < MAX_ERRORS) errors.push(error);
		},
		report: () => ({ products, variants, stock, rows, errors: errors.sort((a, b) => a.line - b.line) }),
	};
};
