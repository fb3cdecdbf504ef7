import { excerpt } from "../error-codes";
import type { Column, Columns } from "../columns";
import type { ProductDraft } from "../product-draft";
import { LIMITS } from "../limits";
import type { RowReader } from "./row-reader";

const SLOTS: readonly (readonly [name: Column, value: Column])[] = [
	["option1Name", "option1Value"],
	["option2Name", "option2Value"],
	["option3Name", "option3Value"],
];

/** An option of the product: its name and the columns of its name and values. */
export interface Slot {
	readonly name: string;
	readonly nameColumn: Column;
	readonly valueColumn: Column;
}

const DEFAULT_NAME = "title";
const DEFAULT_VALUE = "Default Title";

const isDefault = (value: string): boolean => ["default title", "default", ""].includes(value.toLowerCase());

/** Names that are unsafe as keys of a plain object. */
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Options named by the first row of a product. */
export const slotsOf = (row: RowReader, { furtherOptions }: Columns, cells: readonly string[]): Slot[] => {
	const slots = SLOTS.flatMap(([nameColumn, valueColumn]): Slot | [] => {
		const name = row.short(nameColumn, LIMITS.line);
		return name === "" ? [] : { name, nameColumn, valueColumn };
	});
	slots.forEach(({ name, nameColumn }, index) => {
		const first = slots.findIndex((other) => other.name.toLowerCase() === name.toLowerCase());
		if (first !== index) row.note("OPTION_NAME_REPEATED", nameColumn, excerpt(name));
		if (FORBIDDEN.has(name)) row.note("OPTION_NAME_INVALID", nameColumn, excerpt(name));
	});
	const further = furtherOptions.find((column) => (cells[column] ?? "").trim() !== "");
	if (further !== undefined) row.noteAt("OPTIONS_TOO_MANY", further);
	return slots;
};

/** Reports option names that differ from the first row. Later rows may repeat a name or leave it empty. */
export const checkNames = (row: RowReader, slots: readonly Slot[]): void => {
	for (const [nameColumn] of SLOTS) {
		const repeated = row.text(nameColumn);
		const name = slots.find((slot) => slot.nameColumn === nameColumn)?.name ?? "";
		if (repeated !== "" && repeated.toLowerCase() !== name.toLowerCase())
			row.note("OPTION_NAME_CHANGED", nameColumn, excerpt(repeated));
	}
};

/** Option values of a row, in the order of the options. */
export const valuesOf = (row: RowReader, slots: readonly Slot[]): string[] => {
	for (const [, valueColumn] of SLOTS) {
		if (slots.some((slot) => slot.valueColumn === valueColumn)) continue;
		const value = row.text(valueColumn);
		if (!isDefault(value)) row.note("OPTION_NAME_MISSING", valueColumn, excerpt(value));
	}
	const hasDefaultName = slots.length === 1 && slots[0]?.name.toLowerCase() === DEFAULT_NAME;
	return slots.map(({ name, valueColumn }) => {
		const value = row.short(valueColumn, LIMITS.line);
		if (value !== "") return value;
		if (!hasDefaultName) row.note("OPTION_VALUE_MISSING", valueColumn, name);
		return DEFAULT_VALUE;
	});
};

/** Shopify's notation for a product without choices: one option "Title" and one variant "Default Title". */
export const offersNoChoice = (slots: readonly Slot[], values: readonly (readonly string[])[]): boolean =>
	slots.length === 0 ||
	(slots.length === 1 && slots[0]?.name.toLowerCase() === DEFAULT_NAME && values.length === 1 && isDefault(values[0]?.[0] ?? ""));

export const optionsOf = (slots: readonly Slot[], values: readonly (readonly string[])[]): ProductDraft["options"] =>
	slots.map(({ name }, index) => ({ name, values: [...new Set(values.map((chosen) => chosen[index] ?? ""))] }));

export const choicesOf = (slots: readonly Slot[], values: readonly string[]): Record<string, string> =>
	Object.fromEntries(slots.map(({ name }, index) => [name, values[index] ?? ""]));
