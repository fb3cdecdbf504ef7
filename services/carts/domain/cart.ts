import { decider, assertNever } from "@kernel/decider";
import type { FieldError } from "@kernel/errors";
import { reject } from "@kernel/rejection";
import type { Address } from "@kernel/schemas";
import type { Transitions } from "@kernel/transitions";
import type { Totals } from "./totals";

export type CartStatus = "new" | "active" | "checkingOut" | "ordered" | "closed";

/** A cart is closed when it is merged into another or abandoned. To clients a closed cart does not exist. */
export const CART_TRANSITIONS: Transitions<CartStatus, "create" | "beginCheckout" | "reopen" | "complete" | "close"> = {
	new: { create: { to: "active", emits: "cart.created" } },
	active: { beginCheckout: { to: "checkingOut", emits: "cart.checkoutStarted" }, close: { to: "closed", emits: "cart.closed" } },
	checkingOut: { reopen: { to: "active", emits: "cart.reopened" }, complete: { to: "ordered", emits: "cart.ordered" } },
	ordered: {},
	closed: {},
};

/** Offer data stored in a cart. It is shown unchanged until the cart is repriced. */
export interface OfferSnapshot {
	readonly sku: string;
	readonly productId: string;
	readonly variantId: string;
	readonly title: string;
	readonly variantTitle: string;
	readonly imageUrl: string | null;
	/** Minor units of the cart's currency. */
	readonly unitPrice: number;
	readonly weightGrams: number;
	readonly taxable: boolean;
	readonly requiresShipping: boolean;
}

export interface Line extends OfferSnapshot {
	readonly id: string;
	readonly quantity: number;
}

export interface Details {
	readonly email: string | null;
	readonly shippingAddress: Address | null;
	readonly billingAddress: Address | null;
	readonly shippingMethod: string | null;
	readonly note: string | null;
}

export interface Checkout {
	readonly orderId: string;
	/** Version of the cart that is being bought. */
	readonly version: number;
	readonly payment: { readonly provider: string; readonly token: string };
	readonly totals: Totals;
	readonly startedAt: number;
}

export interface Cart extends Details {
	readonly id: string;
	readonly status: CartStatus;
	readonly currency: string;
	readonly customerId: string | null;
	readonly locale: string;
	readonly lines: readonly Line[];
	readonly checkout: Checkout | null;
	/** Order that the cart became; null if there is none. */
	readonly orderId: string | null;
	readonly mergedFrom: readonly string[];
	/** Marks of the last requests that added a line, so that a repeated request adds nothing. */
	readonly additions: readonly string[];
	readonly createdAt: number;
	readonly updatedAt: number;
}

export type CartEvent =
	| {
			readonly type: "cart.created";
			readonly currency: string;
			readonly customerId: string | null;
			readonly email: string | null;
			readonly locale: string;
			readonly at: number;
	  }
	| {
			readonly type: "cart.lineSet";
			readonly line: Line;
			/** Mark of the request that added the line; absent if it has none. */
			readonly by?: string;
			readonly at: number;
	  }
	| { readonly type: "cart.lineRemoved"; readonly lineId: string; readonly at: number }
	| { readonly type: "cart.detailsChanged"; readonly details: Partial<Details>; readonly at: number }
	| { readonly type: "cart.claimed"; readonly customerId: string; readonly email: string | null; readonly at: number }
	| { readonly type: "cart.merged"; readonly from: string; readonly at: number }
	| { readonly type: "cart.repriced"; readonly goods: readonly OfferSnapshot[]; readonly at: number }
	| { readonly type: "cart.checkoutStarted"; readonly checkout: Checkout }
	| { readonly type: "cart.reopened"; readonly at: number }
	| { readonly type: "cart.ordered"; readonly orderId: string; readonly at: number }
	| { readonly type: "cart.closed"; readonly at: number };

export const MAX_LINES = 200;
export const MAX_QUANTITY = 9_999;
/** Maximum subtotal in minor units. It keeps the total with tax and shipping a safe integer. */
export const MAX_SUBTOTAL = 1e15;
/** Exceeds the number of requests a client sends between a request and its repetition. */
const MAX_ADDITIONS = 20;

const nothing: readonly CartEvent[] = [];
const happened = (...events: CartEvent[]): readonly CartEvent[] => events;
const field = (path: string, message: string) => reject("VALIDATION_FAILED", { errors: [{ path, message }] });

const withLine = (lines: readonly Line[], line: Line): readonly Line[] =>
	lines.some(({ id }) => id === line.id) ? lines.map((other) => (other.id === line.id ? line : other)) : [...lines, line];

const exceedsMaximum = (lines: readonly Pick<Line, "quantity" | "unitPrice">[]): boolean =>
	lines.reduce((subtotal, { quantity, unitPrice }) => subtotal + quantity * unitPrice, 0) > MAX_SUBTOTAL;

const totalTooHigh = (path: string) => field(path, "the cart total would exceed the chargeable maximum");

/** Rejection if the cart can be neither edited nor checked out. */
export const locked = ({ status }: Cart) => {
	switch (status) {
		case "active":
			return undefined;
		case "checkingOut":
			return reject("CHECKOUT_IN_PROGRESS");
		case "ordered":
			return reject("CART_ALREADY_ORDERED");
		case "new":
		case "closed":
			return reject("CART_NOT_FOUND");
	}
};

const create = (
	command: { currency: string; customerId: string | null; email: string | null; locale: string; at: number },
	{ status }: Cart,
) => (status === "new" ? happened({ type: "cart.created", ...command }) : nothing);

/**
 * @param currency currency of the price in `goods`
 * @param by mark of the request; a repeated mark has no effect
 */
const addLine = (
	{
		lineId,
		goods,
		currency,
		quantity,
		by,
		at,
	}: { lineId: string; goods: OfferSnapshot; currency: string; quantity: number; by?: string; at: number },
	state: Cart,
) => {
	if (by !== undefined && state.additions.includes(by)) return nothing;
	const refusal = locked(state);
	if (refusal) return refusal;
	if (currency !== state.currency) return reject("CURRENCY_MISMATCH");
	const line = state.lines.find(({ sku }) => sku === goods.sku);
	const totalQuantity = (line?.quantity ?? 0) + quantity;
	if (totalQuantity > MAX_QUANTITY) return field("/quantity", `must not exceed ${MAX_QUANTITY} units of one SKU in total`);
	if (!line && state.lines.length >= MAX_LINES) return field("/sku", `must not be added to a cart with ${MAX_LINES} lines`);
	const added = { ...goods, id: line?.id ?? lineId, quantity: totalQuantity };
	if (exceedsMaximum(withLine(state.lines, added))) return totalTooHigh("/quantity");
	return happened({ type: "cart.lineSet", line: added, ...(by !== undefined && { by }), at });
};

const changeLine = ({ lineId, quantity, at }: { lineId: string; quantity: number; at: number }, state: Cart) => {
	const refusal = locked(state);
	if (refusal) return refusal;
	const line = state.lines.find(({ id }) => id === lineId);
	if (!line) return reject("LINE_NOT_FOUND");
	if (quantity === line.quantity) return nothing;
	if (quantity === 0) return happened({ type: "cart.lineRemoved", lineId, at });
	const changed = { ...line, quantity };
	return exceedsMaximum(withLine(state.lines, changed))
		? totalTooHigh("/quantity")
		: happened({ type: "cart.lineSet", line: changed, at });
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const changeDetails = ({ details, at }: { details: Partial<Details>; at: number }, state: Cart) => {
	const refusal = locked(state);
	if (refusal) return refusal;
	const changed = Object.entries(details).some(([key, value]) => !same(value, state[key as keyof Details]));
	return changed ? happened({ type: "cart.detailsChanged", details, at }) : nothing;
};

/** Assigns the cart to a customer and copies the lines of the customer's other cart, which the caller closes afterwards. */
const claim = (
	{
		customerId,
		email,
		merge,
		at,
	}: { customerId: string; email: string | null; merge: { id: string; currency: string; lines: readonly Line[] } | null; at: number },
	state: Cart,
) => {
	const refusal = locked(state);
	if (refusal) return refusal;
	if (state.customerId !== null && state.customerId !== customerId) return reject("CART_NOT_FOUND");
	const claimed: CartEvent[] = state.customerId === null ? [{ type: "cart.claimed", customerId, email, at }] : [];
	if (!merge || state.mergedFrom.includes(merge.id)) return claimed;
	if (merge.lines.length > 0 && merge.currency !== state.currency) return reject("CURRENCY_MISMATCH");
	const lines = merge.lines.slice(0, MAX_LINES).map((line): Line => {
		const own = state.lines.find(({ sku }) => sku === line.sku);
		return { ...line, ...own, quantity: Math.min(MAX_QUANTITY, line.quantity + (own?.quantity ?? 0)) };
	});
	if (exceedsMaximum(lines.reduce(withLine, state.lines))) return totalTooHigh("");
	return [
		...claimed,
		...lines.map((line): CartEvent => ({ type: "cart.lineSet", line, at })),
		{ type: "cart.merged" as const, from: merge.id, at },
	];
};

const close = ({ at }: { at: number }, { status }: Cart) => (status === "active" ? happened({ type: "cart.closed", at }) : nothing);

/** Errors for details that an order requires and the cart does not have. */
const missing = ({ email, shippingAddress, shippingMethod, lines }: Cart): FieldError[] => {
	const required = lines.some(({ requiresShipping }) => requiresShipping) ? { email, shippingAddress, shippingMethod } : { email };
	return Object.entries(required).flatMap(([key, value]) => (value === null ? [{ path: `/${key}`, message: "is missing" }] : []));
};

/**
 * Freezes the cart. `offered` contains the current prices and availability of its SKUs; `totals` is computed from them.
 *
 * @returns a `cart.repriced` event if prices differ from the cart; the caller then rejects with CART_CHANGED
 */
const beginCheckout = (
	{
		offered,
		at,
		...checkout
	}: Omit<Checkout, "startedAt"> & { offered: readonly (OfferSnapshot & { forSale: boolean; currency: string })[]; at: number },
	state: Cart,
) => {
	const refusal = locked(state);
	if (refusal) return refusal;
	if (state.lines.length === 0) return reject("CART_EMPTY");
	const errors = missing(state);
	if (errors.length > 0) return reject("CART_INCOMPLETE", { errors });
	const bySku = new Map(offered.map((goods) => [goods.sku, goods]));
	for (const { sku } of state.lines) {
		const goods = bySku.get(sku);
		if (!goods?.forSale)
			return reject("NOT_FOR_SALE", { errors: [{ path: "/lines", message: `${sku} is no longer available for purchase`, sku }] });
		if (goods.currency !== state.currency)
			return reject("CURRENCY_MISMATCH", { errors: [{ path: "/lines", message: `${sku} is now priced in ${goods.currency}`, sku }] });
	}
	const changed = state.lines.some(({ sku, unitPrice, taxable, requiresShipping }) => {
		const goods = bySku.get(sku)!;
		return goods.unitPrice !== unitPrice || goods.taxable !== taxable || goods.requiresShipping !== requiresShipping;
	});
	if (exceedsMaximum(state.lines.map(({ sku, quantity }) => ({ quantity, unitPrice: bySku.get(sku)!.unitPrice }))))
		return totalTooHigh("/lines");
	if (changed) return happened({ type: "cart.repriced", goods: state.lines.map(({ sku }) => toOfferSnapshot(bySku.get(sku)!)), at });
	return happened({ type: "cart.checkoutStarted", checkout: { ...checkout, startedAt: at } });
};

export const toOfferSnapshot = ({
	sku,
	productId,
	variantId,
	title,
	variantTitle,
	imageUrl,
	unitPrice,
	weightGrams,
	taxable,
	requiresShipping,
}: OfferSnapshot): OfferSnapshot => ({
	sku,
	productId,
	variantId,
	title,
	variantTitle,
	imageUrl,
	unitPrice,
	weightGrams,
	taxable,
	requiresShipping,
});

const reopen = ({ orderId, at }: { orderId: string; at: number }, { checkout }: Cart) =>
	checkout?.orderId === orderId ? happened({ type: "cart.reopened", at }) : nothing;

const complete = ({ orderId, at }: { orderId: string; at: number }, { checkout }: Cart) =>
	checkout?.orderId === orderId ? happened({ type: "cart.ordered", orderId, at }) : nothing;

const evolve = (state: Cart, event: CartEvent): Cart => {
	switch (event.type) {
		case "cart.created": {
			const { currency, customerId, email, locale, at } = event;
			return { ...state, status: "active", currency, customerId, email, locale, createdAt: at, updatedAt: at };
		}
		case "cart.lineSet":
			return {
				...state,
				lines: withLine(state.lines, event.line),
				additions: event.by === undefined ? state.additions : [...state.additions, event.by].slice(-MAX_ADDITIONS),
				updatedAt: event.at,
			};
		case "cart.lineRemoved":
			return { ...state, lines: state.lines.filter(({ id }) => id !== event.lineId), updatedAt: event.at };
		case "cart.detailsChanged":
			return { ...state, ...event.details, updatedAt: event.at };
		case "cart.claimed":
			return { ...state, customerId: event.customerId, email: state.email ?? event.email, updatedAt: event.at };
		case "cart.merged":
			return { ...state, mergedFrom: [...state.mergedFrom, event.from], updatedAt: event.at };
		case "cart.repriced":
			return {
				...state,
				lines: state.lines.map((line) => ({ ...line, ...event.goods.find(({ sku }) => sku === line.sku) })),
				updatedAt: event.at,
			};
		case "cart.checkoutStarted":
			return { ...state, status: "checkingOut", checkout: event.checkout, updatedAt: event.checkout.startedAt };
		case "cart.reopened":
			return { ...state, status: "active", checkout: null, updatedAt: event.at };
		case "cart.ordered":
			return { ...state, status: "ordered", checkout: null, orderId: event.orderId, updatedAt: event.at };
		case "cart.closed":
			return { ...state, status: "closed", updatedAt: event.at };
		default:
			return assertNever(event);
	}
};

export const cart = decider<Cart, CartEvent>()({
	initial: (id) => ({
		id,
		status: "new",
		currency: "",
		customerId: null,
		locale: "en",
		email: null,
		shippingAddress: null,
		billingAddress: null,
		shippingMethod: null,
		note: null,
		lines: [],
		checkout: null,
		orderId: null,
		mergedFrom: [],
		additions: [],
		createdAt: 0,
		updatedAt: 0,
	}),
	commands: { create, addLine, changeLine, changeDetails, claim, close, beginCheckout, reopen, complete },
	evolve,
});
