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

/** How files write that a product has no category. */
const NO_CATEGORY = JSON.stringify(["Uncategorized"]);

const uniquePaths = (paths: readonly (readonly string[])[]): string[][] =>
	unique(paths.map((path) => JSON.stringify(path.map(normalizeText))))
		.filter((path) => path !== NO_CATEGORY)
		.map((path) => JSON.parse(path) as string[]);

/** The variants of a change that does not speak of them: those that stand. */
const standingVariants = ({ variants, options, currency }: Content): ProposedVariant[] =>
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
	...(title === "" ? [{ path: "/title", message: "is blank" }] : []),
	...tags.flatMap((tag, index) =>
		tag === "" || tag.includes(",") ? [{ path: `/tags/${index}`, message: "must not be blank or contain a comma" }] : [],
	),
	...categories.flatMap((path, index) =>
		path.length === 0 || path.some((name) => name === "" || name.includes(">"))
			? [{ path: `/categories/${index}/path`, message: "must not be empty; names must not be blank or contain >" }]
			: [],
	),
	...media.flatMap(({ url }, index) => errorsOfUrl(url, `/media/${index}/url`)),
	...(isCurrency(currency) ? [] : [{ path: "/variants/0/price/currency", message: "must be an ISO 4217 currency code" }]),
	...errorsOfVariants(variants),
];

/**
 * What a product comes to say when somebody wants this of it. Two proposals that mean the same give the same content, letter by letter.
 *
 * @param standing what it says now; null where it is new
 */
export const compose = (
	productId: string,
	proposal: Proposal,
	standing: Content | null,
): Content | Rejection<"VALIDATION_FAILED" | "CURRENCY_MISMATCH"> => {
	const wanted = proposal.variants ?? (standing ? standingVariants(standing) : []);
	const first = wanted[0];
	if (first === undefined)
		return reject("VALIDATION_FAILED", { errors: [{ path: "/variants", message: "a product must have at least one variant" }] });
	const title = normalizeText(proposal.title ?? standing?.title ?? "");
	const matched = matchVariants(wanted, standing?.variants ?? []);
	const { options, values, errors } = arrangeOptions(proposal.options, wanted, matched, standing);
	const content: Content = {
		handle: tidyHandle(proposal.handle ?? standing?.handle ?? slugOf(title)),
		title,
		description: tidyLines(proposal.description ?? standing?.description ?? ""),
		vendor: normalizeText(proposal.vendor ?? standing?.vendor ?? ""),
		type: normalizeText(proposal.type ?? standing?.type ?? ""),
		tags: unique((proposal.tags ?? standing?.tags ?? []).map(normalizeText)),
		categories: uniquePaths(proposal.categories ?? standing?.categories ?? []),
		status: proposal.status ?? standing?.status ?? "active",
		options,
		media: arrangeMedia(proposal.media ?? standing?.media ?? []),
		currency: first.price.currency,
		variants: makeVariants({ id: productId, title, options }, wanted, matched, values, standing),
		seo: {
			title: normalizeText(proposal.seo?.title ?? standing?.seo.title ?? ""),
			description: normalizeText(proposal.seo?.description ?? standing?.seo.description ?? ""),
		},
	};
	const wrong = [...errorsOf(content), ...errors];
	if (wrong.length > 0) return reject("VALIDATION_FAILED", { errors: wrong.slice(0, MAX_ERRORS) });
	const mixed = currencyErrors(wanted, content.currency);
	return mixed.length > 0 ? reject("CURRENCY_MISMATCH", { errors: mixed.slice(0, MAX_ERRORS) }) : content;
};

const MAX_ERRORS = 20;
