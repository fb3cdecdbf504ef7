import { Type, type TSchema } from "@sinclair/typebox";
import fc from "fast-check";
import { Address, Email, Money, Nullable, Page } from "@kernel/schemas";
import { Cart } from "@services/carts/carts.contract";
import { Tokens } from "@services/auth/auth.contract";
import { Order } from "@services/orders/orders.contract";
import { Payment } from "@services/payments/payments.contract";
import { Product } from "@services/products/products.contract";
import { serializer } from "./serializer";

const written = (schema: TSchema, reply: unknown): unknown => JSON.parse(serializer(schema)(reply));

test("undeclared fields are omitted at any depth", () => {
	const schema = Type.Object({
		a: Type.Object({ b: Type.Integer() }),
		list: Type.Array(Type.Object({ c: Type.String() })),
		none: Nullable(Type.Object({ d: Type.String() })),
	});
	const reply = { a: { b: 1, secret: 1 }, list: [{ c: "x", secret: 1 }], none: { d: "y", secret: 1 }, secret: 1 };
	expect(written(schema, reply)).toEqual({ a: { b: 1 }, list: [{ c: "x" }], none: { d: "y" } });
});

test("a missing declared field throws", () => {
	expect(() => written(Type.Object({ a: Type.String() }), {})).toThrow();
});

test("null, unions, literals, records, intersections and unknown values are written unchanged", () => {
	const schema = Type.Object({
		nothing: Nullable(Money),
		word: Type.Union([Type.Literal("a"), Type.Literal("b")]),
		either: Type.Union([Type.String(), Type.Array(Type.String()), Type.Null()]),
		map: Type.Record(Type.String(), Type.String()),
		both: Type.Intersect([Type.Object({ x: Type.Integer() }), Type.Object({ y: Type.Optional(Type.Integer()) })]),
		any: Type.Unknown(),
		maybe: Type.Optional(Type.Unknown()),
		empty: Type.Object({}),
	});
	const reply = {
		nothing: null,
		word: "b",
		either: ["p", "q"],
		map: { 'é\u2028"': "v" },
		both: { x: 1 },
		any: [{ deep: [null, 1.5] }],
		empty: {},
	};
	expect(written(schema, reply)).toEqual(reply);
	expect(written(schema, { ...reply, either: null, nothing: { amount: 1, currency: "EUR" } })).toMatchObject({
		either: null,
		nothing: { amount: 1, currency: "EUR" },
	});
});

test("limits apply to input only: erased data can still be read", () => {
	expect(written(Type.Object({ email: Email, maybe: Nullable(Email) }), { email: "erased", maybe: "erased" })).toEqual({
		email: "erased",
		maybe: "erased",
	});
});

/** Any value of a schema, without its limits. */
const anythingOf = (schema: TSchema): fc.Arbitrary<unknown> => {
	const {
		type,
		anyOf,
		properties,
		items,
		required = [],
		patternProperties,
	} = schema as {
		type?: string;
		anyOf?: TSchema[];
		properties?: Record<string, TSchema>;
		items?: TSchema;
		required?: string[];
		patternProperties?: Record<string, TSchema>;
	};
	if ("const" in schema) return fc.constant(schema["const"]);
	if (anyOf) return fc.oneof(...anyOf.map(anythingOf));
	if (patternProperties) return fc.dictionary(fc.string(), anythingOf(Object.values(patternProperties)[0]!)).map((map) => ({ ...map }));
	if (type === "object")
		return fc.record(Object.fromEntries(Object.entries(properties ?? {}).map(([name, value]) => [name, anythingOf(value)])), {
			requiredKeys: required,
			noNullPrototype: true,
		});
	if (type === "array") return fc.array(anythingOf(items!), { maxLength: 3 });
	if (type === "integer") return fc.maxSafeInteger();
	if (type === "boolean") return fc.boolean();
	if (type === "null") return fc.constant(null);
	return type === "string" ? fc.string() : fc.constantFrom(null, 1, "x", { a: [1] });
};

test.each([
	["a cart", Cart],
	["an order", Order],
	["a page of products", Page(Product)],
	["an address or none", Nullable(Address)],
	["a payment", Payment],
	["tokens", Tokens],
])("%s keeps all that it has, and nothing else", (_, schema: TSchema) => {
	const write = serializer(schema);
	fc.assert(
		fc.property(anythingOf(schema), (reply) => {
			const more = typeof reply === "object" && reply !== null ? { ...reply, passwordHash: "s3cret" } : reply;
			expect(JSON.parse(write(more))).toEqual(reply);
		}),
		{ numRuns: 30 },
	);
});

test("any text round-trips", () => {
	const write = serializer(Type.Object({ text: Type.String(), list: Type.Array(Type.String()) }));
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), fc.array(fc.string({ unit: "binary" })), (text, list) => {
			expect(JSON.parse(write({ text, list }))).toEqual({ text, list });
		}),
	);
});
