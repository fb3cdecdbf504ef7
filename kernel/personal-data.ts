interface Loose {
	readonly personal?: boolean;
	readonly properties?: Readonly<Record<string, Loose>>;
	readonly patternProperties?: Readonly<Record<string, Loose>>;
	readonly items?: Loose | readonly Loose[];
	readonly anyOf?: readonly Loose[];
	readonly allOf?: readonly Loose[];
}

const partsOf = ({ items, anyOf = [], allOf = [], patternProperties = {} }: Loose): readonly Loose[] => [
	...(items === undefined ? [] : [items].flat()),
	...anyOf,
	...allOf,
	...Object.values(patternProperties),
];

const isPersonal = (schema: Loose): boolean => schema.personal === true || partsOf(schema).some(isPersonal);

const collect = (schema: Loose, names: Set<string>): void => {
	for (const [name, property] of Object.entries(schema.properties ?? {})) {
		if (isPersonal(property)) names.add(name);
		collect(property, names);
	}
	for (const part of partsOf(schema)) collect(part, names);
};

/** Names of all fields that the schemas mark with PERSONAL (kernel/schemas.ts). */
export const personalFieldNames = (schemas: Iterable<object>): ReadonlySet<string> => {
	const names = new Set<string>();
	for (const schema of schemas) collect(schema, names);
	return names;
};
