import { Type, type Static } from "@sinclair/typebox";
import { action, event } from "@kernel/contract";
import type { CatalogueVersion } from "@kernel/catalogue-version";
import { AnyId, Currency, Id, Money, NonNegativeMoney, Nullable, Page, PageParams, Sku, Strict, Text, Timestamp } from "@kernel/schemas";

export const ProductStatus = Type.Union([Type.Literal("draft"), Type.Literal("active"), Type.Literal("archived")]);
const Handle = Type.String({
	pattern: "^[^\\x00-/:-`{-\\x9f\\s][^\\x00-,./:-^`{-\\x9f\\s]*$",
	minLength: 1,
	maxLength: 255,
	description: "lower-case letters and digits of any script, - and _; begins with a letter or digit",
});
const OptionName = Text(255, 1);
const Counts = Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() }), {
	description: "the most frequent first; at most 250",
});
const Path = Type.Array(Text(255, 1), { maxItems: 10 });

export const Category = Type.Object({ id: Id("cat"), name: Type.String(), path: Type.Array(Type.String()) });

export const Variant = Type.Object(
	{
		id: Id("var"),
		sku: Sku,
		barcode: Nullable(Type.String()),
		title: Type.String(),
		options: Type.Record(Type.String(), Type.String()),
		price: Money,
		compareAtPrice: Nullable(Money),
		weightGrams: Type.Integer(),
		taxable: Type.Boolean(),
		requiresShipping: Type.Boolean(),
		imageUrl: Nullable(Type.String()),
		inStock: Type.Boolean(),
		available: Type.Optional(Type.Integer({ description: "staff only" })),
	},
	{ title: "Variant" },
);
export type Variant = Static<typeof Variant>;

export const Product = Type.Object(
	{
		id: Id("prod"),
		handle: Handle,
		title: Type.String(),
		description: Type.String({ description: "sanitized HTML" }),
		vendor: Type.String(),
		type: Type.String(),
		tags: Type.Array(Type.String()),
		categories: Type.Array(Category),
		status: ProductStatus,
		options: Type.Array(Type.Object({ name: Type.String(), values: Type.Array(Type.String()) })),
		media: Type.Array(Type.Object({ url: Type.String(), alt: Type.String(), position: Type.Integer() })),
		variants: Type.Array(Variant),
		priceRange: Type.Object({ min: Money, max: Money }),
		inStock: Type.Boolean(),
		seo: Type.Object({ title: Type.String(), description: Type.String() }),
		createdAt: Timestamp,
		updatedAt: Timestamp,
		version: Type.Integer(),
	},
	{ title: "Product" },
);
export type Product = Static<typeof Product>;

/**
 * Number of products per value, over the result of the query. Each kind is counted without its own filter, so that a shopper sees the
 * alternatives. A category includes its subcategories; its value is its path ("Kitchen > Coffee Machines"), which is also accepted as a filter.
 */
export const Facets = Type.Object({
	vendor: Counts,
	type: Counts,
	category: Counts,
	tag: Counts,
	options: Type.Record(Type.String(), Counts),
	price: Nullable(
		Type.Object({ min: Money, max: Money }, { description: "in the shop's currency; null if no product has a price in it" }),
	),
});
export type Facets = Static<typeof Facets>;

/** Staff input of a variant. An id or SKU of an existing variant of the product identifies that variant. */
const VariantInput = Strict({
	id: Type.Optional(Id("var")),
	sku: Sku,
	barcode: Type.Optional(Nullable(Text(64))),
	title: Type.Optional(Text(255)),
	options: Type.Optional(Type.Record(OptionName, Text(255, 1))),
	price: NonNegativeMoney,
	compareAtPrice: Type.Optional(Nullable(NonNegativeMoney)),
	weightGrams: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
	taxable: Type.Optional(Type.Boolean()),
	requiresShipping: Type.Optional(Type.Boolean()),
	imageUrl: Type.Optional(Nullable(Text(2_048))),
	inStock: Type.Optional(Type.Boolean({ description: "read-only: derived from stock" })),
	available: Type.Optional(Type.Integer({ description: "read-only: derived from stock" })),
});

const Ignored = Type.Optional(Type.Unknown({ description: "read-only: ignored on input" }));
/** Read-only fields of a product. They are accepted on input, so that clients can send back what they have read. */
const IGNORED = { priceRange: Ignored, inStock: Ignored, createdAt: Ignored, updatedAt: Ignored, version: Ignored };

/** Staff input of a product, in the same shape as the output. Read-only fields are ignored. */
const ProductInput = {
	handle: Type.Optional(Handle),
	title: Text(255, 1),
	description: Type.Optional(Text(200_000)),
	vendor: Type.Optional(Text(255)),
	type: Type.Optional(Text(255)),
	tags: Type.Optional(Type.Array(Text(255, 1), { maxItems: 250 })),
	categories: Type.Optional(
		Type.Array(Strict({ id: Type.Optional(AnyId), name: Type.Optional(Text(255)), path: Path }), { maxItems: 20 }),
	),
	status: Type.Optional(ProductStatus),
	options: Type.Optional(
		Type.Array(Strict({ name: OptionName, values: Type.Array(Text(255, 1), { maxItems: 2_048 }) }), { maxItems: 3 }),
	),
	media: Type.Optional(
		Type.Array(
			Strict({
				url: Text(2_048, 1),
				alt: Type.Optional(Text(512)),
				position: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
			}),
			{ maxItems: 250 },
		),
	),
	variants: Type.Array(VariantInput, { minItems: 1, maxItems: 2_048 }),
	seo: Type.Optional(Strict({ title: Type.Optional(Text(255)), description: Type.Optional(Text(2_000)) })),
	...IGNORED,
};

export const RowError = Type.Object({
	line: Type.Integer(),
	column: Type.String(),
	code: Type.String(),
	message: Type.String(),
	handle: Nullable(Type.String()),
});

/** Event on the stream of an import, with the number of bytes processed. It reaches senders in the same process only. */
export const BYTES_CONSUMED = "taken";

export const ImportReport = Type.Object(
	{
		products: Type.Object({ created: Type.Integer(), updated: Type.Integer(), unchanged: Type.Integer(), refused: Type.Integer() }),
		variants: Type.Object({ created: Type.Integer(), updated: Type.Integer() }),
		stock: Type.Object({ set: Type.Integer() }),
		rows: Type.Integer(),
		errors: Type.Array(RowError),
	},
	{ title: "ImportReport" },
);
export type ImportReport = Static<typeof ImportReport>;

/** Current data of a SKU that carts and orders need. */
export const Offer = Type.Object({
	sku: Sku,
	productId: Id("prod"),
	variantId: Id("var"),
	title: Type.String(),
	variantTitle: Type.String(),
	imageUrl: Nullable(Type.String()),
	unitPrice: Money,
	weightGrams: Type.Integer(),
	taxable: Type.Boolean(),
	requiresShipping: Type.Boolean(),
	forSale: Type.Boolean(),
});
export type Offer = Static<typeof Offer>;

const OneOrMore = (item: ReturnType<typeof Text>) => Type.Optional(Type.Union([item, Type.Array(item, { maxItems: 50 })]));

/** Actual result of an action with `answer: "serialized"`: its return value as JSON, with an ETag. */
export interface Serialized {
	readonly body: Buffer;
	readonly etag: string;
	/** Present if the response may be cached until its node reports a newer catalogue version. */
	readonly edition?: CatalogueVersion;
}

/** Moleculer event for a change hint: cached pages may be stale. It may be lost, so correctness must not depend on it. */
export const CATALOGUE_CHANGED = "catalogue.changed";

/** Moleculer event for a heartbeat with a node's `CatalogueVersion`. A lost heartbeat is replaced by the next. */
export const CATALOGUE_PULSE = "catalogue.pulse";

/** Products with their variants and prices, and the queries for them. */
export const Products = {
	/** Finds products. Options are filtered by parameters named "option.<Name>"; unknown parameters are rejected. */
	browse: action("products.browse", {
		params: Type.Object(
			{
				...PageParams,
				q: Type.Optional(Text(200)),
				category: OneOrMore(Text(255)),
				vendor: OneOrMore(Text(255)),
				tag: OneOrMore(Text(255)),
				type: OneOrMore(Text(255)),
				minPrice: Type.Optional(Type.Integer({ minimum: 0, maximum: 1e12, description: "minor units" })),
				maxPrice: Type.Optional(Type.Integer({ minimum: 0, maximum: 1e12, description: "minor units" })),
				inStock: Type.Optional(Type.Boolean()),
				facets: Type.Optional(Type.Boolean()),
				sort: Type.Optional(
					Type.Union((["relevance", "newest", "price", "-price", "title"] as const).map((sort) => Type.Literal(sort))),
				),
			},
			{
				additionalProperties: false,
				patternProperties: { "^option\\..{1,255}$": Type.Union([Text(255), Type.Array(Text(255), { maxItems: 50 })]) },
			},
		),
		returns: Type.Composite([Page(Product), Type.Object({ facets: Type.Optional(Facets) })]),
		errors: ["VALIDATION_FAILED"],
		permission: "public",
		idempotent: true,
		rest: "GET /v1/products",
		priority: "browsing",
		http: { tag: "catalogue", summary: "Search and filter products", answer: "serialized" },
	}),
	view: action("products.view", {
		params: Strict({ handleOrId: Type.String({ minLength: 1, maxLength: 255 }) }),
		returns: Product,
		errors: ["PRODUCT_NOT_FOUND"],
		permission: "public",
		idempotent: true,
		rest: "GET /v1/products/{handleOrId}",
		priority: "browsing",
		http: { tag: "catalogue", summary: "Get a product", answer: "serialized" },
	}),
	categories: action("products.categories", {
		params: Strict({ ...PageParams }),
		returns: Page(Type.Composite([Category, Type.Object({ parentId: Nullable(Id("cat")), productCount: Type.Integer() })])),
		errors: ["VALIDATION_FAILED"],
		permission: "public",
		idempotent: true,
		rest: "GET /v1/categories",
		priority: "browsing",
		http: { tag: "catalogue", summary: "List categories, parents first", answer: "serialized" },
	}),
	/** Returns the offers of the SKUs. Unknown SKUs are omitted. */
	offers: action("products.offers", {
		params: Strict({ skus: Type.Array(Sku, { maxItems: 500 }) }),
		returns: Type.Array(Offer),
		idempotent: true,
	}),

	list: action("products.list", {
		params: Strict({ ...PageParams, q: Type.Optional(Text(200)), status: Type.Optional(ProductStatus) }),
		returns: Page(Product),
		errors: ["VALIDATION_FAILED"],
		permission: "products:read",
		idempotent: true,
		rest: "GET /v1/admin/products",
		http: { tag: "staff: products", summary: "List all products, including drafts" },
	}),
	read: action("products.read", {
		params: Strict({ id: AnyId }),
		returns: Product,
		errors: ["PRODUCT_NOT_FOUND"],
		permission: "products:read",
		idempotent: true,
		rest: "GET /v1/admin/products/{id}",
		http: { tag: "staff: products", summary: "Get a product with staff data", etag: "version" },
	}),
	create: action("products.create", {
		params: Strict(ProductInput),
		returns: Product,
		errors: ["HANDLE_TAKEN", "SKU_TAKEN", "VALIDATION_FAILED", "CURRENCY_MISMATCH"],
		permission: "products:write",
		rest: "POST /v1/admin/products",
		http: { tag: "staff: products", summary: "Create a product", status: 201, location: "/v1/admin/products/{id}", etag: "version" },
	}),
	update: action("products.update", {
		params: Strict({ id: AnyId, ...Type.Partial(Type.Object(ProductInput)).properties }),
		returns: Product,
		errors: ["PRODUCT_NOT_FOUND", "HANDLE_TAKEN", "SKU_TAKEN", "VALIDATION_FAILED", "CURRENCY_MISMATCH", "PRECONDITION_FAILED"],
		permission: "products:write",
		shardBy: "id",
		rest: "PATCH /v1/admin/products/{id}",
		http: { tag: "staff: products", summary: "Change a product", etag: "version" },
	}),
	remove: action("products.remove", {
		params: Strict({ id: AnyId }),
		returns: Type.Object({}),
		errors: ["PRODUCT_NOT_FOUND", "PRECONDITION_FAILED"],
		permission: "products:write",
		shardBy: "id",
		rest: "DELETE /v1/admin/products/{id}",
		http: {
			tag: "staff: products",
			summary: "Delete a product and release its handle and SKUs",
			status: 204,
			etag: "version",
		},
	}),
	import: action("products.import", {
		params: Strict({
			dryRun: Type.Optional(Type.Boolean()),
			currency: Type.Optional(Currency),
			stock: Type.Optional(Type.Union([Type.Literal("new"), Type.Literal("set")])),
		}),
		returns: ImportReport,
		errors: ["VALIDATION_FAILED", "CSV_UNREADABLE", "IMPORT_IN_PROGRESS"],
		permission: "products:write",
		timeoutMs: 0,
		rest: "POST /v1/admin/products/import",
		http: { tag: "staff: products", summary: "Import a Shopify product CSV", body: "text/csv", query: ["dryRun", "currency", "stock"] },
	}),
	export: action("products.export", {
		params: Strict({}),
		returns: Type.Any(),
		permission: "products:write",
		timeoutMs: 0,
		rest: "GET /v1/admin/products/export",
		http: { tag: "staff: products", summary: "Export all products as a Shopify product CSV", answer: "text/csv" },
	}),
};

export const ProductEvents = {
	changed: event("product.changed", Type.Object({ productId: Id("prod") })),
	removed: event("product.removed", Type.Object({ productId: Id("prod") })),
};
