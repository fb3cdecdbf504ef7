import type { TObject, TSchema } from "@sinclair/typebox";

/** The forms in which a query can express a parameter of a schema. */
interface Forms {
	readonly text: boolean;
	readonly number: boolean;
	readonly boolean: boolean;
	readonly items: TSchema | undefined;
}

const formsOf = (schema: TSchema): Forms => {
	const { type, anyOf, const: fixed, items } = schema as { type?: string; anyOf?: TSchema[]; const?: unknown; items?: TSchema };
	if (anyOf) {
		const all = anyOf.map(formsOf);
		return {
			text: all.some(({ text }) => text),
			number: all.some(({ number }) => number),
			boolean: all.some(({ boolean }) => boolean),
			items: all.find((forms) => forms.items)?.items,
		};
	}
	const kind = type ?? typeof fixed;
	return {
		text: kind === "string",
		number: kind === "integer" || kind === "number",
		boolean: kind === "boolean",
		items: kind === "array" ? items : undefined,
	};
};

const NUMBER = /^-?\d{1,15}(?:\.\d{1,10})?$/;

const one = (text: string, forms: Forms): unknown => {
	if (forms.text) return text;
	if (forms.number && NUMBER.test(text)) return Number(text);
	if (forms.boolean && (text === "true" || text === "false")) return text === "true";
	return text; // schema validation reports the error
};

/** Converts the query values of one parameter to the types of its schema; "repeated" if it accepts a single value only. */
export const coerce = (schema: TSchema, values: readonly string[]): { readonly value: unknown } | "repeated" => {
	const forms = formsOf(schema);
	const single = forms.text || forms.number || forms.boolean;
	const { items } = forms;
	if (values.length === 1 && (single || !items)) return { value: one(values[0]!, forms) };
	if (!items) return "repeated";
	return { value: values.map((value) => one(value, formsOf(items))) };
};

/** The schema of a parameter by name, including `patternProperties`. */
export const schemaOf = ({ properties, patternProperties }: TObject, name: string): TSchema | undefined => {
	if (Object.hasOwn(properties, name)) return properties[name];
	const patterns = Object.entries((patternProperties ?? {}) as Readonly<Record<string, TSchema>>);
	return patterns.find(([pattern]) => new RegExp(pattern, "u").test(name))?.[1];
};
