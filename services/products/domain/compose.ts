import type { FieldError } from "@kernel/errors";
import { isCurrency } from "@kernel/money";
import { reject, type Rejection } from "@kernel/rejection";
import { arrangeMedia, errorsOfUrl } from "./media";
import { optionsOf, type Content } from "./model";
import { arrangeOptions } from "./options";
import type { Proposal, ProposedVariant } from "./proposal";
import { slugOf, normalizeText, tidyHandle, tidyLines } from "./text";
import { errorsOfVariants, makeVariants, matchVariants } from "./variants";

const unique = (values: readonly string[]): string[] => [...new Set(values)];

/** Notation in files for a product without a category. */
const NO_CATEGORY = JSON.stringify(["Uncategorized"]);

const uniquePaths = (paths: readonly (readonly string[])[]): string[][] =>
	unique(paths.map((path) => JSON.stringify(path.map(normalizeText))))
		.filter((path) => path !== NO_CATEGORY)
		.map((path) => JSON.parse(path) as string[]);

/** Existing variants as proposals, for a change that does not include variants. */
const currentVariants = ({ variants, options, currency }: Content): ProposedVariant[] =>
	variants.map(({ values, price, ...variant }) => ({
		id: variant.id,
		sku: variant.sku,
		options: optionsOf(options, values),
		price: { amount: price, currency },
	}));

const currencyErrors = (variants: readonly ProposedVariant[], currency: string): FieldError[] =>
	variants.flatMap(({ price, compareAtPrice }, index) => [
		...(price.currency === currency
			? []
			: [{ path: `/variants/${index}/price/currency`, message: `must be in the product's currency, ${currency}` }]),
		...(!compareAtPrice || compareAtPrice.currency === currency
			? []
			: [{ path: `/variants/${index}/compareAtPrice/currency`, message: `must be in the product's currency, ${currency}` }]),
	]);

const errorsOf = ({ title, tags, categories, media, currency, variants }: Content): FieldError[] => [
	...(title === "" ? [{ path: "/title", message: "must not be blank" }] : []),
	...tags.flatMap((tag, index) =>
		tag === "" || tag.includes(",") ? [{ path: `/tags/${index}`, message: "must not be blank or contain a comma" }] : [],
	),
	...categories.flatMap((path, index) =>
		path.length === 0 || path.some((name) => name === "" || name.includes(">"))
			? [{ path: `/categories/${index}/path`, message: "must not be empty; its names must not be blank or contain >" }]
			: [],
	),
	...media.flatMap(({ url }, index) => errorsOfUrl(url, `/media/${index}/url`)),
	...(isCurrency(currency) ? [] : [{ path: "/variants/0/price/currency", message: "must be an ISO 4217 currency code" }]),
	...errorsOfVariants(variants),
];

/**
 * Validates a proposal and merges it with the current content. Equivalent proposals give identical content.
 *
 * @param current content stored now; null for a new product
 */
export const compose = (
	productId: string,
	proposal: Proposal,
	current: Content | null,
): Content | Rejection<"VALIDATION_FAILED" | "CURRENCY_MISMATCH"> => {
	const proposed = proposal.variants ?? (current ? currentVariants(current) : []);
	const first = proposed[0];
	if (first === undefined)
		return reject("VALIDATION_FAILED", { errors: [{ path: "/variants", message: "must contain at least one variant" }] });
	const title = normalizeText(proposal.title ?? current?.title ?? "");
	const matched = matchVariants(proposed, current?.variants ?? []);
	const { options, values, errors } = arrangeOptions(proposal.options, proposed, matched, current);
	const content: Content = {
		handle: tidyHandle(proposal.handle ?? current?.handle ?? slugOf(title)),
		title,
		description: tidyLines(proposal.description ?? current?.description ?? ""),
		vendor: normalizeText(proposal.vendor ?? current?.vendor ?? ""),
		type: normalizeText(proposal.type ?? current?.type ?? ""),
		tags: unique((proposal.tags ?? current?.tags ?? []).map(normalizeText)),
		categories: uniquePaths(proposal.categories ?? current?.categories ?? []),
		status: proposal.status ?? current?.status ?? "active",
		options,
		media: arrangeMedia(proposal.media ?? current?.media ?? []),
		currency: first.price.currency,
		variants: makeVariants({ id: productId, title, options }, proposed, matched, values, current),
		seo: {
			title: normalizeText(proposal.seo?.title ?? current?.seo.title ?? ""),
			description: normalizeText(proposal.seo?.description ?? current?.seo.description ?? ""),
		},
	};
	const invalid = [...errorsOf(content), ...errors];
	if (invalid.length > 0) return reject("VALIDATION_FAILED", { errors: invalid.slice(0, MAX_ERRORS) });
	const currencyMismatches = currencyErrors(proposed, content.currency);
	return currencyMismatches.length > 0 ? reject("CURRENCY_MISMATCH", { errors: currencyMismatches.slice(0, MAX_ERRORS) }) : content;
};

const MAX_ERRORS = 20;
