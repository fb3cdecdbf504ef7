/** JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const CHILDREN: ReadonlySet<string> = new Set(["items", "additionalProperties", "not"]);
const LISTS: ReadonlySet<string> = new Set(["anyOf", "allOf", "oneOf"]);
const MAPS: ReadonlySet<string> = new Set(["properties", "patternProperties"]);

const isSchema = (value: unknown): value is JsonSchema => typeof value === "object" && value !== null && !Array.isArray(value);

export interface Schemas {
	/** The schema as shown in the document. A titled schema becomes a reference to a component. */
	refer(schema: unknown): JsonSchema;
	/** Referenced schemas by title. */
	components(): Readonly<Record<string, JsonSchema>>;
}

export const schemas = (): Schemas => {
	const named = new Map<string, JsonSchema>();

	const copy = (schema: JsonSchema): JsonSchema =>
		Object.fromEntries(
			Object.entries(schema).map(([key, value]): [string, unknown] => {
				if (key === "personal") return ["x-personal", value];
				if (CHILDREN.has(key)) return [key, isSchema(value) ? refer(value) : value];
				if (LISTS.has(key)) return [key, (value as readonly JsonSchema[]).map(refer)];
				if (MAPS.has(key))
					return [
						key,
						Object.fromEntries(
							Object.entries(value as Readonly<Record<string, JsonSchema>>).map(([name, child]) => [name, refer(child)]),
						),
					];
				return [key, value];
			}),
		);

	const refer = (schema: unknown): JsonSchema => {
		const shown = copy(schema as JsonSchema);
		const { title } = shown;
		if (typeof title !== "string" || !/^\w+$/.test(title)) return shown;
		const known = named.get(title);
		if (known === undefined) named.set(title, shown);
		else if (JSON.stringify(known) !== JSON.stringify(shown)) return shown; // a variant of the component
		return { $ref: `#/components/schemas/${title}` };
	};

	return { refer, components: () => Object.fromEntries([...named].sort(([a], [b]) => (a < b ? -1 : 1))) };
};
