import type { FieldError } from "@kernel/errors";
import { derivedId } from "@kernel/ids";
import { derivedTitle, type Content, type Option, type Variant } from "./model";
import type { ProposedVariant } from "./proposal";
import { normalizeText } from "./text";
import { errorsOfUrl } from "./media";

/** Finds the existing variant of each proposed one, by id or else by SKU. Each existing variant is matched at most once. */
export const matchVariants = (proposed: readonly ProposedVariant[], current: readonly Variant[]): (Variant | undefined)[] => {
	const byId = new Map(current.map((variant) => [variant.id, variant]));
	const bySku = new Map(current.map((variant) => [variant.sku, variant]));
	const taken = new Set<Variant>();
	const take = (variant: Variant | undefined): Variant | undefined => {
		if (variant === undefined || taken.has(variant)) return undefined;
		taken.add(variant);
		return variant;
	};
	const named = proposed.map(({ id }) => (id === undefined ? undefined : take(byId.get(id))));
	return proposed.map(({ sku }, index) => named[index] ?? take(bySku.get(sku)));
};

/** Derives an id from the SKU. Another variant may have had this SKU before and still use the derived id, so ids in use are skipped. */
const newId = (productId: string, sku: string, used: Set<string>): string => {
	for (let attempt = 0; ; attempt++) {
		const id = attempt === 0 ? derivedId("var", productId, sku) : derivedId("var", productId, sku, attempt);
		if (!used.has(id)) return id;
	}
};

/** Returns null for a title that only repeats the current or previous options, so that it follows later changes of them. */
const ownTitle = ({ title }: ProposedVariant, match: Variant | undefined, current: Content | null, derivedNow: string): string | null => {
	if (title === undefined) return match?.title ?? null;
	const proposedTitle = normalizeText(title);
	const derivedBefore = match && current ? derivedTitle(current, match.values) : null;
	return proposedTitle === "" || proposedTitle === derivedNow || (proposedTitle === derivedBefore && match?.title === null)
		? null
		: proposedTitle;
};

/** Removes the apostrophe that exports add so that spreadsheets do not treat the barcode as a number. */
const barcodeOf = (text: string): string => normalizeText(text).replace(/^'+/, "").trim();

/** Price lists use 0 for a missing compare-at price. */
const zeroToNull = (amount = 0): number | null => (amount === 0 ? null : amount);

const blankToNull = (text: string): string | null => (text === "" ? null : text);

export const makeVariants = (
	product: { readonly id: string; readonly title: string; readonly options: readonly Option[] },
	proposed: readonly ProposedVariant[],
	matched: readonly (Variant | undefined)[],
	values: readonly (readonly string[])[],
	current: Content | null,
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
			title: ownTitle(variant, match, current, derivedTitle(product, chosen)),
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
			...(other === undefined ? [] : [{ path: `${path}/sku`, message: `must differ from the SKU of variant ${other}`, sku }]),
			...(price < 0 ? [{ path: `${path}/price/amount`, message: "must not be negative" }] : []),
			...(compareAtPrice !== null && compareAtPrice < 0
				? [{ path: `${path}/compareAtPrice/amount`, message: "must not be negative" }]
				: []),
			...(imageUrl === null ? [] : errorsOfUrl(imageUrl, `${path}/imageUrl`)),
		];
	});
};
