import type { FieldError } from "@kernel/errors";
import { optionsOf, type Content, type Option, type Variant } from "./model";
import type { Proposal, ProposedVariant } from "./proposal";
import { normalizeText } from "./text";

const MAX_OPTIONS = 3;

type Choices = Readonly<Record<string, string>>;

/** Options as they will be, and each variant's values in their order. */
export interface ArrangedOptions {
	readonly options: readonly Option[];
	readonly values: readonly (readonly string[])[];
	readonly errors: readonly FieldError[];
}

const tidied = (choices: Choices): [string, string][] =>
	Object.entries(choices).map(([name, value]) => [normalizeText(name), normalizeText(value)]);

const DEFAULT_VALUES: ReadonlySet<string> = new Set(["default title", "default"]);

/** Nothing to choose, or Shopify's way to write that: "Title" is "Default Title". */
const isNoChoice = (choices: readonly (readonly [string, string])[]): boolean =>
	choices.length === 0 ||
	(choices.length === 1 && choices[0]?.[0].toLowerCase() === "title" && DEFAULT_VALUES.has(choices[0][1].toLowerCase()));

const offersNoChoice = ([only, ...others]: readonly Option[]): boolean =>
	others.length === 0 && only?.name.toLowerCase() === "title" && only.values.every((value) => DEFAULT_VALUES.has(value.toLowerCase()));

const firstAppearance = (variants: readonly (readonly (readonly [string, string])[])[]): string[] => [
	...new Set(variants.flatMap((choices) => choices.map(([name]) => name))),
];

const sameSet = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((value) => b.includes(value));

/** Where nobody says in which order, names and values stay in the order in which they stand; what is new comes after it. */
const derived = (names: readonly string[], used: (name: string) => Set<string>, standing: Content | null): Option[] => {
	const before = standing?.options ?? [];
	const order = sameSet(
		before.map(({ name }) => name),
		names,
	)
		? before.map(({ name }) => name)
		: names;
	return order.map((name) => {
		const values = used(name);
		const index = before.findIndex((option) => option.name === name);
		const usedBefore = new Set(standing?.variants.map((variant) => variant.values[index]));
		const kept = (before[index]?.values ?? []).filter((value) => values.has(value) || !usedBefore.has(value));
		return { name, values: [...new Set([...kept, ...values])] };
	});
};

const given = (options: readonly Option[], used: (name: string) => Set<string>): Option[] =>
	options.map((option) => {
		const name = normalizeText(option.name);
		return { name, values: option.values.length === 0 ? [...used(name)] : [...new Set(option.values.map(normalizeText))] };
	});

/** Names that a plain object, as clients are given it, would not take as keys of its own. */
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const errorsOfOptions = (options: readonly Option[], path: string): FieldError[] => {
	const lower = options.map(({ name }) => name.toLowerCase());
	const errors: FieldError[] = options.length > MAX_OPTIONS ? [{ path, message: `at most ${MAX_OPTIONS} options` }] : [];
	options.forEach(({ name, values }, index) => {
		if (name === "" || FORBIDDEN.has(name))
			errors.push({ path: `${path}/${index}/name`, message: "must not be blank or a reserved name" });
		if (lower.indexOf(name.toLowerCase()) !== index)
			errors.push({ path: `${path}/${index}/name`, message: "is already the name of another option" });
		if (values.includes("")) errors.push({ path: `${path}/${index}/values`, message: "must not contain a blank value" });
	});
	return errors;
};

const errorsOfChoices = (choices: readonly (readonly [string, string])[], options: readonly Option[], path: string): FieldError[] => {
	const missing = options.filter(({ name }) => !choices.some(([chosen]) => chosen === name));
	const wrong = choices.filter(([name, value]) => options.find((option) => option.name === name)?.values.includes(value) !== true);
	return [
		...missing.map(({ name }) => ({ path: `${path}/${name}`, message: "is missing: the product has this option" })),
		...wrong.map(([name, value]) => ({
			path: `${path}/${name}`,
			message: value === "" ? "is blank" : "is not among the product's options",
		})),
	];
};

const duplicates = (values: readonly (readonly string[])[]): FieldError[] => {
	const first = new Map<string, number>();
	return values.flatMap((combination, index) => {
		const key = JSON.stringify(combination);
		const other = first.get(key);
		if (other === undefined) first.set(key, index);
		return other === undefined ? [] : { path: `/variants/${index}/options`, message: `variant ${other} has the same options` };
	});
};

/** What there is to choose. Options that are not given are derived from the variants, in the order in which they first appear. */
export const arrangeOptions = (
	proposed: Proposal["options"],
	variants: readonly ProposedVariant[],
	matched: readonly (Variant | undefined)[],
	standing: Content | null,
): ArrangedOptions => {
	const standingChoices = (variant: Variant | undefined): Choices =>
		variant && standing ? optionsOf(standing.options, variant.values) : {};
	const written = variants.map(({ options }, index) => tidied(options ?? standingChoices(matched[index])));
	const noChoice = written.every(isNoChoice);
	const choices = noChoice ? written.map(() => []) : written;
	const used = (name: string) =>
		new Set(choices.flatMap((choice) => choice.flatMap(([chosen, value]) => (chosen === name ? value : []))));
	const options =
		!proposed || (noChoice && offersNoChoice(proposed)) ? derived(firstAppearance(choices), used, standing) : given(proposed, used);
	const values = choices.map((choice) => options.map(({ name }) => choice.find(([chosen]) => chosen === name)?.[1] ?? ""));
	const errors = [
		...errorsOfOptions(options, "/options"),
		...choices.flatMap((choice, index) => errorsOfChoices(choice, options, `/variants/${index}/options`)),
	];
	return { options, values, errors: errors.length > 0 ? errors : duplicates(values) };
};
