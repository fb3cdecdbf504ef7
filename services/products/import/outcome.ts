import type { RowError } from "../csv/product-draft";
import type { Content, Variant } from "../domain/model";
import type { ReportBuilder } from "./import-report";

/** What came of one product of a file. */
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
