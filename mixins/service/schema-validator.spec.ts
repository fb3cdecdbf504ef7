import { Type } from "@sinclair/typebox";
import { schemaValidator } from "./schema-validator";

const closed = { additionalProperties: false } as const;
const filters = schemaValidator(
	Type.Object(
		{ limit: Type.Optional(Type.Integer({ minimum: 1 })) },
		{ ...closed, patternProperties: { "^option\\..{1,5}$": Type.String() } },
	),
);

test("names that a pattern knows are taken, all others are refused by name", () => {
	expect(filters.check({ limit: 1, "option.Size": "M" })).toBe(true);
	expect(filters.check({})).toBe(true);
	for (const name of ["option.", "option.TooLong", "a[$gt]", "x"]) {
		expect(filters.check({ [name]: "M" })).toBe(false);
		expect(filters.errors({ [name]: "M" }).map(({ path }) => path)).toEqual([`/${name}`]);
	}
});

test("a value under a pattern is checked too", () => {
	expect(filters.check({ "option.Size": 1 })).toBe(false);
	expect(filters.errors({ "option.Size": 1 }).map(({ path }) => path)).toEqual(["/option.Size"]);
});

test("a field is named once, and no more than so many", () => {
	const wanting = schemaValidator(Type.Object({ a: Type.String(), b: Type.Array(Type.String()) }, closed));
	expect(wanting.errors({ b: [1, 2, 3] }).map(({ path }) => path)).toEqual(["/a", "/b/0", "/b/1", "/b/2"]);
	expect(wanting.errors({ b: [1, 2, 3] }, 2)).toHaveLength(2);
	expect(wanting.errors({ a: "", b: [] })).toEqual([]);
});

test("in an object that may also be null, each field that is wrong is named", () => {
	const place = Type.Object(
		{ city: Type.String({ minLength: 1 }), zip: Type.Union([Type.String({ maxLength: 5 }), Type.Null()]) },
		closed,
	);
	const optional = schemaValidator(Type.Object({ place: Type.Union([place, Type.Null()]) }, closed));
	const wrong = (value: unknown) => optional.errors({ place: value }).map(({ path }) => path);
	expect(wrong({})).toEqual(["/place/city", "/place/zip"]);
	expect(wrong({ city: "", zip: "123456", more: 1 })).toEqual(["/place/more", "/place/city", "/place/zip"]);
	expect(wrong({ city: "x", zip: 1 })).toEqual(["/place/zip"]);
	expect(wrong("x")).toEqual(["/place"]);
	expect(wrong(null)).toEqual([]);
});

test("what is no object at all is wrong as a whole", () => {
	for (const value of [null, undefined, "x", 1]) expect(filters.check(value)).toBe(false);
});
