import { Type, type Static } from "@sinclair/typebox";
import { action } from "@kernel/contract";
import { derivedId } from "@kernel/ids";
import {
	Address,
	Currency,
	Email,
	Id,
	Money,
	Nullable,
	Page,
	PageParams,
	PERSONAL,
	Quantity,
	Sku,
	Strict,
	Text,
	Timestamp,
} from "@kernel/schemas";

export const CartId = Id("cart");

/** Id of the order that a request creates from a cart. A repeated request gives the same id. */
export const orderIdFor = (cartId: string, seed: string): string => derivedId("ord", cartId, seed);

const Line = Id("line");
const OrderId = Id("ord");

export const CartLine = Type.Object(
	{
		id: Line,
		sku: Sku,
		productId: Id("prod"),
		variantId: Id("var"),
		title: Type.String(),
		variantTitle: Type.String(),
		imageUrl: Nullable(Type.String()),
		quantity: Quantity,
		unitPrice: Money,
		total: Money,
	},
	{ title: "CartLine" },
);

/** Fields that an order takes over from a cart unchanged. */
const PURCHASE = {
	currency: Currency,
	customerId: Nullable(Id("usr")),
	email: Nullable(Email),
	shippingAddress: Nullable(Address),
	billingAddress: Nullable(Address),
	shippingMethod: Nullable(Type.String()),
	note: Nullable(Type.String(PERSONAL)),
	taxIncluded: Type.Boolean(),
	subtotal: Money,
	discountTotal: Money,
	shippingTotal: Money,
	taxTotal: Money,
	total: Money,
};

export const Cart = Type.Object(
	{
		id: CartId,
		status: Type.Union([Type.Literal("active"), Type.Literal("checkingOut"), Type.Literal("ordered")]),
		...PURCHASE,
		lines: Type.Array(CartLine),
		itemCount: Type.Integer(),
		createdAt: Timestamp,
		updatedAt: Timestamp,
		expiresAt: Timestamp,
		version: Type.Integer(),
	},
	{ title: "Cart" },
);
export type Cart = Static<typeof Cart>;

/** A cart frozen for one order, with totals computed from the prices at the start of the checkout. */
export const Purchase = Type.Object({
	cartId: CartId,
	cartVersion: Type.Integer(),
	orderId: OrderId,
	...PURCHASE,
	email: Email,
	locale: Type.String(),
	requiresShipping: Type.Boolean(),
	lines: Type.Array(CartLine),
	payment: Type.Object({ provider: Type.String(), token: Type.String() }),
	/** Start of the checkout in epoch ms. */
	startedAt: Type.Integer(),
});
export type Purchase = Static<typeof Purchase>;

const EDIT_ERRORS = ["CART_NOT_FOUND", "CHECKOUT_IN_PROGRESS", "CART_ALREADY_ORDERED", "PRECONDITION_FAILED"] as const;
const ofOneCart = { returns: Cart, permission: "public", shardBy: "cartId" } as const;

/** Carts of guests and customers, up to the checkout. */
export const Carts = {
	create: action("carts.create", {
		params: Strict({ currency: Type.Optional(Currency) }),
		returns: Cart,
		errors: ["VALIDATION_FAILED"],
		permission: "public",
		rest: "POST /v1/carts",
		http: { summary: "Create a cart; its id grants access", status: 201, location: "/v1/carts/{id}", etag: "version" },
	}),
	view: action("carts.view", {
		...ofOneCart,
		params: Strict({ cartId: CartId }),
		errors: ["CART_NOT_FOUND"],
		idempotent: true,
		rest: "GET /v1/carts/{cartId}",
		http: { summary: "Get a cart", etag: "version" },
	}),
	update: action("carts.update", {
		...ofOneCart,
		params: Strict({
			cartId: CartId,
			email: Type.Optional(Nullable(Email)),
			shippingAddress: Type.Optional(Nullable(Address)),
			billingAddress: Type.Optional(Nullable(Address)),
			shippingMethod: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 64 }))),
			note: Type.Optional(Nullable(Text(2_000))),
		}),
		errors: [...EDIT_ERRORS, "VALIDATION_FAILED"],
		rest: "PATCH /v1/carts/{cartId}",
		http: { summary: "Set buyer, addresses and shipping method", etag: "version" },
	}),
	addLine: action("carts.addLine", {
		...ofOneCart,
		params: Strict({ cartId: CartId, sku: Sku, quantity: Quantity }),
		errors: [...EDIT_ERRORS, "SKU_NOT_FOUND", "NOT_FOR_SALE", "CURRENCY_MISMATCH", "VALIDATION_FAILED"],
		rest: "POST /v1/carts/{cartId}/lines",
		http: { summary: "Add a SKU, or increase its quantity", status: 201, location: "/v1/carts/{id}", etag: "version" },
	}),
	changeLine: action("carts.changeLine", {
		...ofOneCart,
		params: Strict({ cartId: CartId, lineId: Line, quantity: Type.Integer({ minimum: 0, maximum: 9_999 }) }),
		errors: [...EDIT_ERRORS, "LINE_NOT_FOUND", "VALIDATION_FAILED"],
		rest: "PATCH /v1/carts/{cartId}/lines/{lineId}",
		http: { summary: "Change the quantity; 0 removes the line", etag: "version" },
	}),
	removeLine: action("carts.removeLine", {
		...ofOneCart,
		params: Strict({ cartId: CartId, lineId: Line }),
		errors: [...EDIT_ERRORS, "LINE_NOT_FOUND", "VALIDATION_FAILED"],
		rest: "DELETE /v1/carts/{cartId}/lines/{lineId}",
		http: { summary: "Remove a line", etag: "version" },
	}),
	shippingOptions: action("carts.shippingOptions", {
		params: Strict({ cartId: CartId, ...PageParams }),
		returns: Page(
			Type.Object({ id: Type.String(), name: Type.String(), price: Money, minDays: Type.Integer(), maxDays: Type.Integer() }),
		),
		errors: ["CART_NOT_FOUND", "VALIDATION_FAILED"],
		permission: "public",
		idempotent: true,
		rest: "GET /v1/carts/{cartId}/shipping-options",
		http: { summary: "List the available shipping methods with prices" },
	}),
	claim: action("carts.claim", {
		...ofOneCart,
		params: Strict({ cartId: CartId }),
		errors: [...EDIT_ERRORS, "CURRENCY_MISMATCH", "VALIDATION_FAILED"],
		permission: "customer",
		rest: "POST /v1/carts/{cartId}/claim",
		http: {
			summary: "Assign a guest cart to the customer, merging it with an open cart",
			idempotencyKey: true,
			etag: "version",
		},
	}),
	mine: action("carts.mine", {
		params: Strict({}),
		returns: Cart,
		permission: "customer",
		rest: "GET /v1/me/cart",
		http: { summary: "Get the customer's open cart, or create one", etag: "version" },
	}),

	/**
	 * Freezes the cart for one order. A cart version becomes at most one order (I2). Prices, shipping and tax are computed again. If they differ
	 * from the cart, the cart is updated and the request is rejected with CART_CHANGED.
	 */
	beginCheckout: action("carts.beginCheckout", {
		params: Strict({
			cartId: CartId,
			payment: Strict({ provider: Type.String({ maxLength: 32 }), token: Type.String({ maxLength: 256 }) }),
		}),
		returns: Purchase,
		errors: [
			...EDIT_ERRORS,
			"CART_EMPTY",
			"CART_INCOMPLETE",
			"CART_CHANGED",
			"NOT_FOR_SALE",
			"CURRENCY_MISMATCH",
			"OUT_OF_STOCK",
			"VALIDATION_FAILED",
		],
		shardBy: "cartId",
	}),
	/** Reopens the cart after its order was cancelled, so that it can be changed and checked out again. */
	reopen: action("carts.reopen", {
		params: Strict({ cartId: CartId, orderId: OrderId }),
		returns: Type.Object({}),
		shardBy: "cartId",
		idempotent: true,
	}),
	/** Completes the cart after its order is confirmed. */
	complete: action("carts.complete", {
		params: Strict({ cartId: CartId, orderId: OrderId }),
		returns: Type.Object({}),
		shardBy: "cartId",
		idempotent: true,
	}),
	/** Returns a customer's open cart, for the export of personal data. */
	ofCustomer: action("carts.ofCustomer", { params: Strict({ userId: Id("usr") }), returns: Nullable(Cart), idempotent: true }),
	/** Deletes a customer's open carts, including their journals. */
	forget: action("carts.forget", { params: Strict({ userId: Id("usr") }), returns: Type.Object({}), idempotent: true }),
};
