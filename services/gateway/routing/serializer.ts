import type { TSchema } from "@sinclair/typebox";
import build from "fast-json-stringify";

interface Shape {
	type?: string;
	nullable?: boolean;
	properties?: Record<string, Shape>;
	required?: readonly string[];
	patternProperties?: Record<string, Shape>;
	additionalProperties?: Shape | boolean;
	items?: Shape;
	anyOf?: Shape[];
}

interface Loose {
	readonly type?: string;
	readonly const?: unknown;
	readonly anyOf?: readonly Loose[];
	readonly allOf?: readonly Loose[];
	readonly properties?: Readonly<Record<string, Loose>>;
	readonly required?: readonly string[];
	readonly patternProperties?: Readonly<Record<string, Loose>>;
	readonly additionalProperties?: Loose | boolean;
	readonly items?: Loose;
}

const each = (schemas: Readonly<Record<string, Loose>>): Record<string, Shape> =>
	Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, shapeOf(schema)]));

const unionOf = (members: readonly Loose[]): Shape => {
	const shapes = members.map(shapeOf);
	const others = shapes.filter(({ type }) => type !== "null");
	const nullable = others.length < shapes.length;
	const [first] = others;
	if (!first) return { type: "null" };
	const alike = others.every((shape) => JSON.stringify(shape) === JSON.stringify(first));
	if (!alike) return { anyOf: shapes };
	return nullable ? { ...first, nullable } : first;
};

/** The pattern that TypeBox generates for a record with any names. Its dot excludes names that contain line breaks. */
const ANY_NAME = "^(.*)$";

const objectOf = ({ properties = {}, required = [], patternProperties = {}, additionalProperties }: Loose): Shape => {
	const { [ANY_NAME]: anyName, ...patterns } = patternProperties;
	const others = anyName ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
	return {
		type: "object",
		properties: each(properties),
		required,
		...(Object.keys(patterns).length > 0 && { patternProperties: each(patterns) }),
		...(others && { additionalProperties: shapeOf(others) }),
	};
};

const merged = (parts: readonly Loose[]): Loose => ({
	type: "object",
	properties: Object.assign({}, ...parts.map(({ properties }) => properties)) as Record<string, Loose>,
	required: parts.flatMap(({ required = [] }) => required),
});

/**
 * The parts of a schema that determine the output: its fields. Limits are omitted. They were checked on input, and erased data and data
 * older than a limit must remain readable.
 */
const shapeOf = (schema: Loose): Shape => {
	if (schema.anyOf) return unionOf(schema.anyOf);
	if (schema.allOf) return objectOf(merged(schema.allOf));
	if (schema.type === "object") return objectOf(schema);
	if (schema.type === "array") return { type: "array", ...(schema.items && { items: shapeOf(schema.items) }) };
	if (schema.type !== undefined) return { type: schema.type };
	return "const" in schema ? { type: typeof schema.const } : {};
};

/**
 * Serializes replies of this schema to JSON. Undeclared fields are omitted; a missing declared field throws, because it is a defect of the
 * service. Compiled at first use.
 */
export const serializer = (returns: TSchema): ((reply: unknown) => string) => {
	let write: ((reply: unknown) => string) | undefined;
	return (reply) => (write ??= build(shapeOf(returns as Loose) as Parameters<typeof build>[0]))(reply);
};
