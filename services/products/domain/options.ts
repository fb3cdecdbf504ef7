import type { FieldError } from "@kernel/errors";
import { optionsOf, type Content, type Option, type Variant } from "./model";
import type { Proposal, ProposedVariant } from "./proposal";
import { normalizeText } from "./text";

const MAX_OPTIONS = 3;

type Choices = Readonly<Record<string, string>>;

/** Resulting options, and each variant's values in the order of the options. */
export interface ArrangedOptions {
	readonly options: readonly Option[];
	readonly values: readonly (readonly string[])[];
	readonly errors: readonly FieldError[];
}

const tidied = (choices: Choices): [string, string][] =>
	Object.entries(choices).map(([name, value]) => [normalizeText(name), normalizeText(value)]);

const DEFAULT_VALUES: ReadonlySet<string> = new Set(["default title", "default"]);

/** Whether there is no choice, or Shopify's notation for none: option "Title" with the value "Default Title". */
const isNoChoice = (choices: readonly (readonly [string, string])[]): boolean =>
	choices.length === 0 ||
	(choices.length === 1 && choices[0]?.[0].toLowerCase() === "title" && DEFAULT_VALUES.has(choices[0][1].toLowerCase()));

const offersNoChoice = ([only, ...others]: readonly Option[]): boolean =>
	others.length === 0 && only?.name.toLowerCase() === "title" && only.values.every((value) => DEFAULT_VALUES.has(value.toLowerCase()));

const firstAppearance = (variants: readonly (readonly (readonly [string, string])[])[]): string[] => [
	...new Set(variants.flatMap((choices) => choices.map(([name]) => name))),
];

const sameSet = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((value) => b.includes(value));

/** Derives options from the variants. Existing names and values keep their order; new values are appended. */
const derived = (names: readonly string[], used: (name: string) => Set<string>, current: Content | null): Option[] => {
	const before = current?.options ?? [];
	const order = sameSet(
		before.map(({ name }) => name),
		names,
	)
		? before.map(({ name }) => name)
		: names;
	return order.map((name) => {
		const values = used(name);
		const index = before.findIndex((option) => option.name === name);
		const usedBefore = new Set(current?.variants.map((variant) => variant.values[index]));
		const kept = (before[index]?.values ?? []).filter((value) => values.has(value) || !usedBefore.has(value));
		return { name, values: [...new Set([...kept, ...values])] };
	});
};

const proposedOptions = (options: readonly Option[], used: (name: string) => Set<string>): Option[] =>
	options.map((option) => {
		const name = normalizeText(option.name);
		return { name, values: option.values.length === 0 ? [...used(name)] : [...new Set(option.values.map(normalizeText))] };
	});

/** Names that are unsafe as keys of the plain objects in which clients receive options. */
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const errorsOfOptions = (options: readonly Option[], path: string): FieldError[] => {
	const lower = options.map(({ name }) => name.toLowerCase());
	const errors: FieldError[] = options.length > MAX_OPTIONS ? [{ path, message: `must contain at most ${MAX_OPTIONS} options` }] : [];
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
	const unknown = choices.filter(([name, value]) => options.find((option) => option.name === name)?.values.includes(value) !== true);
	return [
		...missing.map(({ name }) => ({
			path: `${path}/${name}`,
			message: "is missing; every variant must have a value for each option of the product",
		})),
		...unknown.map(([name, value]) => ({
			path: `${path}/${name}`,
			message: value === "" ? "must not be blank" : "is not a value of the product's options",
		})),
	];
};

const duplicates = (values: readonly (readonly string[])[]): FieldError[] => {
	const first = new Map<string, number>();
	return values.flatMap((combination, index) => {
		const key = JSON.stringify(combination);
		const other = first.get(key);
		if (other === undefined) first.set(key, index);
		return other === undefined
			? []
			: { path: `/variants/${index}/options`, message: `must differ from the options of variant ${other}` };
	});
};

/** Determines the options. If they are not proposed, they are derived from the variants in order of first appearance. */
export const arrangeOptions = (
	proposed: Proposal["options"],
	variants: readonly ProposedVariant[],
	matched: readonly (Variant | undefined)[],
	current: Content | null,
): ArrangedOptions => {
	const currentChoices = (variant: Variant | undefined): Choices =>
		variant && current ? optionsOf(current.options, variant.values) : {};
	const written = variants.map(({ options }, index) => tidied(options ?? currentChoices(matched[index])));
	const noChoice = written.every(isNoChoice);
	const choices = noChoice ? written.map(() => []) : written;
	const used = (name: string) =>
		new Set(choices.flatMap((choice) => choice.flatMap(([chosen, value]) => (chosen === name ? value : []))));
	const options =
		!proposed || (noChoice && offersNoChoice(proposed))
			? derived(firstAppearance(choices), used, current)
			: proposedOptions(proposed, used);
	const values = choices.map((choice) => options.map(({ name }) => choice.find(([chosen]) => chosen === name)?.[1] ?? ""));
	const errors = [
		...errorsOfOptions(options, "/options"),
		...choices.flatMap((choice, index) => errorsOfChoices(choice, options, `/variants/${index}/options`)),
	];
	return { options, values, errors: errors.length > 0 ? errors : duplicates(values) };
};
