import { Type, type TObject, type TSchema } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { ValueErrorType, type ValueError } from "@sinclair/typebox/errors";
import type { FieldError } from "@kernel/errors";
import { jsonPointer } from "@kernel/json-pointer";

export interface SchemaValidator {
	check(value: unknown): boolean;
	/** The first error of each field. Empty if the parameters are valid. */
	errors(value: unknown, max?: number): FieldError[];
}

const MAX_ERRORS = 20;

/** Property names that the schema declares by pattern, which TypeBox does not report. */
const unknownNames = ({ properties, patternProperties }: TObject): ((value: unknown) => readonly string[]) => {
	if (patternProperties === undefined) return () => [];
	const patterns = Object.keys(patternProperties as object).map((pattern) => new RegExp(pattern, "u"));
	return (value) =>
		Object.keys(value ?? {}).filter((name) => !Object.hasOwn(properties, name) && !patterns.some((pattern) => pattern.test(name)));
};

const withoutPatterns = (schema: TObject): TObject => {
	if (schema.patternProperties === undefined) return schema;
	const { patternProperties, ...rest } = schema;
	return {
		...rest,
		additionalProperties: Type.Union(Object.values(patternProperties as Readonly<Record<string, TSchema>>)),
	};
};

const kindOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

const isOfKind = ({ type }: TSchema, kind: string): boolean => type === kind || (type === "integer" && kind === "number");

/** Errors of a union: those of the variant that the discriminator selects, otherwise those of the whole union. */
const leafErrors = function* (error: ValueError): Generator<ValueError> {
	const forms = error.type === ValueErrorType.Union ? (error.schema.anyOf as TSchema[]) : [];
	const meant = forms.flatMap((form, index) => (isOfKind(form, kindOf(error.value)) ? [index] : []));
	const inner = meant.length === 1 ? error.errors[meant[0]!] : undefined;
	if (inner) for (const each of inner) yield* leafErrors(each);
	else yield error;
};

/** Validates parameters against the schema of a contract. The schema is compiled on first use. */
export const schemaValidator = (schema: TObject): SchemaValidator => {
	let compiled: ReturnType<typeof TypeCompiler.Compile> | undefined;
	const unknown = unknownNames(schema);
	const compile = () => (compiled ??= TypeCompiler.Compile(withoutPatterns(schema)));
	return {
		check: (value) => compile().Check(value) && unknown(value).length === 0,
		errors(value, max = MAX_ERRORS) {
			const found = new Map<string, FieldError>();
			for (const name of unknown(value)) found.set(jsonPointer(name), { path: jsonPointer(name), message: "Unexpected property" });
			for (const error of compile().Errors(value))
				for (const { path, message } of leafErrors(error)) {
					if (found.size >= max) break;
					if (!found.has(path)) found.set(path, { path, message });
				}
			return [...found.values()].slice(0, max);
		},
	};
};
