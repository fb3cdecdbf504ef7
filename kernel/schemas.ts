import { Type, type Static, type ObjectOptions, type TObject, type TProperties, type TSchema } from "@sinclair/typebox";

/** An object that rejects undeclared fields. */
export const Strict = <P extends TProperties>(properties: P, options: ObjectOptions = {}): TObject<P> =>
	Type.Object(properties, { ...options, additionalProperties: false });

export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** Marks personal data: logs redact it, a person's export contains it, erasure overwrites it. */
export const PERSONAL = { personal: true } as const;

const MAX_AMOUNT = Number.MAX_SAFE_INTEGER;

export const Currency = Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217" });
export const Money = Strict(
	{
		amount: Type.Integer({ minimum: -MAX_AMOUNT, maximum: MAX_AMOUNT, description: "minor units" }),
		currency: Currency,
	},
	{ title: "Money" },
);
export const PositiveMoney = Strict({
	amount: Type.Integer({ minimum: 1, maximum: MAX_AMOUNT, description: "minor units" }),
	currency: Currency,
});
export const NonNegativeMoney = Strict({
	amount: Type.Integer({ minimum: 0, maximum: 1e12, description: "minor units" }),
	currency: Currency,
});

export const Timestamp = Type.String({ description: "RFC 3339, UTC" });
export const Id = (prefix: string) => Type.String({ pattern: `^${prefix}_[0-9A-Za-z_-]{1,64}$`, description: `begins with ${prefix}_` });
export const AnyId = Type.String({ minLength: 1, maxLength: 128 });
export const Sku = Type.String({
	minLength: 1,
	maxLength: 64,
	pattern: "^[^\\s\\x00-\\x1f]([^\\x00-\\x1f]*[^\\s\\x00-\\x1f])?$",
	description: "stock keeping unit: identifies a variant",
});
export const Quantity = Type.Integer({ minimum: 1, maximum: 9_999 });
export const Text = (maxLength: number, minLength = 0) =>
	Type.String({ minLength, maxLength, pattern: "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]*$" });

export const Email = Type.String({
	...PERSONAL,
	minLength: 3,
	maxLength: 254,
	pattern: "^[^\\s@<>\"',;:\\\\()\\[\\]\\x00-\\x1f]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,63}$",
	description: "e-mail address",
});

/** A single line of text that is not blank. */
const Line = (maxLength: number) =>
	Type.String({ ...PERSONAL, minLength: 1, maxLength, pattern: "^[^\\x00-\\x1f]*[^\\s\\x00-\\x1f][^\\x00-\\x1f]*$" });

export const PersonName = Line(200);

/** A postal address. `addressErrors` (kernel/addresses.ts) checks country and postal code. */
export const Address = Strict(
	{
		name: Line(200),
		company: Type.Optional(Nullable(Line(200))),
		line1: Line(200),
		line2: Type.Optional(Nullable(Line(200))),
		city: Line(100),
		region: Type.Optional(Nullable(Line(100))),
		postalCode: Type.Optional(Nullable(Line(20))),
		country: Type.String({ pattern: "^[A-Z]{2}$", description: "ISO 3166-1 alpha-2" }),
		phone: Type.Optional(Nullable(Line(40))),
	},
	{ title: "Address" },
);
export type Address = Readonly<Static<typeof Address>>;

/** Parameters of every paginated list. */
export const PageParams = {
	limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
	cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 2_048 })),
};

/** Reply of every paginated list. */
export const Page = <S extends TSchema>(item: S) =>
	Type.Object({ items: Type.Array(item), nextCursor: Nullable(Type.String()), total: Type.Optional(Type.Integer()) });
