import type { FieldError } from "@kernel/errors";
import { derivedId } from "@kernel/ids";
import { derivedTitle, type Content, type Option, type Variant } from "./model";
import type { ProposedVariant } from "./proposal";
import { normalizeText } from "./text";
import { errorsOfUrl } from "./media";

/** The standing variant that each proposed one is: by its id, or else by its SKU; each at most once. */
export const matchVariants = (proposed: readonly ProposedVariant[], standing: readonly Variant[]): (Variant | undefined)[] => {
	const byId = new Map(standing.map((variant) => [variant.id, variant]));
	const bySku = new Map(standing.map((variant) => [variant.sku, variant]));
	const taken = new Set<Variant>();
	const take = (variant: Variant | undefined): Variant | undefined => {
		if (variant === undefined || taken.has(variant)) return undefined;
		taken.add(variant);
		return variant;
	};
	const named = proposed.map(({ id }) => (id === undefined ? undefined : take(byId.get(id))));
	return proposed.map(({ sku }, index) => named[index] ?? take(bySku.get(sku)));
};

/** A SKU can have been another variant's before, whose id it must not get. */
const newId = (productId: string, sku: string, used: Set<string>): string => {
	for (let attempt = 0; ; attempt++) {
		const id = attempt === 0 ? derivedId("var", productId, sku) : derivedId("var", productId, sku, attempt);
		if (!used.has(id)) return id;
	}
};

/** A title that only repeats the options (or did, before they were changed) is no title. */
const ownTitle = ({ title }: ProposedVariant, match: Variant | undefined, standing: Content | null, derivedNow: string): string | null => {
	if (title === undefined) return match?.title ?? null;
	const wanted = normalizeText(title);
	const derivedBefore = match && standing ? derivedTitle(standing, match.values) : null;
	return wanted === "" || wanted === derivedNow || (wanted === derivedBefore && match?.title === null) ? null : wanted;
};

/** Spreadsheets are given it with an apostrophe, so that they take it for no number. */
const barcodeOf = (text: string): string => normalizeText(text).replace(/^'+/, "").trim();

/** Price lists write 0 where there is no price to compare with. */
const zeroToNull = (amount = 0): number | null => (amount === 0 ? null : amount);

const blankToNull = (text: string): string | null => (text === "" ? null : text);

export const makeVariants = (
	product: { readonly id: string; readonly title: string; readonly options: readonly Option[] },
	proposed: readonly ProposedVariant[],
	matched: readonly (Variant | undefined)[],
	values: readonly (readonly string[])[],
	standing: Content | null,
): Variant[] => {
	const used = new Set(matched.flatMap((variant) => variant?.id ?? []));
	return proposed.map((variant, index): Variant => {
		const match = matched[index];
		const chosen = values[index] ?? [];
		const id = match?.id ?? newId(product.id, variant.sku, used);
		used.add(id);
		const { barcode = match?.barcode ?? null, imageUrl = match?.imageUrl ?? null, compareAtPrice } = variant;
		return {
			id,
			sku: variant.sku,
			barcode: barcode === null ? null : blankToNull(barcodeOf(barcode)),
			title: ownTitle(variant, match, standing, derivedTitle(product, chosen)),
			values: chosen,
			price: variant.price.amount,
			compareAtPrice: compareAtPrice === undefined ? (match?.compareAtPrice ?? null) : zeroToNull(compareAtPrice?.amount),
			weightGrams: variant.weightGrams ?? match?.weightGrams ?? 0,
			taxable: variant.taxable ?? match?.taxable ?? true,
			requiresShipping: variant.requiresShipping ?? match?.requiresShipping ?? true,
			imageUrl: imageUrl === null ? null : blankToNull(imageUrl.trim()),
		};
	});
};

export const errorsOfVariants = (variants: readonly Variant[]): FieldError[] => {
	const first = new Map<string, number>();
	return variants.flatMap(({ sku, price, compareAtPrice, imageUrl }, index): FieldError[] => {
		const path = `/variants/${index}`;
		const other = first.get(sku);
		if (other === undefined) first.set(sku, index);
		return [
			...(other === undefined ? [] : [{ path: `${path}/sku`, message: `variant ${other} has the same SKU`, sku }]),
			...(price < 0 ? [{ path: `${path}/price/amount`, message: "must not be negative" }] : []),
			...(compareAtPrice !== null && compareAtPrice < 0
				? [{ path: `${path}/compareAtPrice/amount`, message: "must not be negative" }]
				: []),
			...(imageUrl === null ? [] : errorsOfUrl(imageUrl, `${path}/imageUrl`)),
		];
	});
};
