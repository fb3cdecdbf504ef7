import type { RowError } from "../csv/product-draft";
import type { Content, Variant } from "../domain/model";
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

/** Outcome of one product of a file. */
export type ProductOutcome =
	| { readonly refused: readonly RowError[] }
	| {
			readonly before: Content | null;
			readonly content: Content;
			readonly changed: boolean;
			/** Rows that were left out. */
			readonly leftOut: readonly RowError[];
	  };

const differs = (before: Variant, after: Variant): boolean => JSON.stringify(before) !== JSON.stringify(after);

/** How many variants are new, and how many are no longer what they were. */
export const variantChanges = (before: Content | null, { variants, options }: Content): { created: number; updated: number } => {
	const known = new Map(before?.variants.map((variant) => [variant.id, variant]));
	const renamed =
		before !== null && JSON.stringify(before.options.map(({ name }) => name)) !== JSON.stringify(options.map(({ name }) => name));
	let created = 0;
	let updated = 0;
	for (const variant of variants) {
		const match = known.get(variant.id);
		if (!match) created += 1;
		else if (renamed || differs(match, variant)) updated += 1;
	}
	return { created, updated };
};

export const countOutcome = (tally: ReportBuilder, outcome: ProductOutcome): void => {
	if ("refused" in outcome) {
		tally.refused();
		for (const error of outcome.refused) tally.error(error);
		return;
	}
	const { before, content, changed, leftOut } = outcome;
	for (const error of leftOut) tally.error(error);
	if (!changed) {
		tally.unchanged();
		return;
	}
	if (before) tally.updated();
	else tally.created();
	const { created, updated } = variantChanges(before, content);
	tally.variants(created, updated);
};
