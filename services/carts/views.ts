import { rfc3339 } from "@kernel/clock";
import { money } from "@kernel/money";
import type { Cart, Purchase } from "./carts.contract";
import { LIFETIME_MS } from "./carts.store";
import type { Cart as State, Line } from "./domain/cart";
import type { Totals } from "./domain/totals";

const amounts = (totals: Totals, currency: string) => ({
	taxIncluded: totals.taxIncluded,
	subtotal: money(totals.subtotal, currency),
	discountTotal: money(totals.discountTotal, currency),
	shippingTotal: money(totals.shippingTotal, currency),
	taxTotal: money(totals.taxTotal, currency),
	total: money(totals.total, currency),
});

const lineView = ({ id, sku, productId, variantId, title, variantTitle, imageUrl, quantity, unitPrice }: Line, currency: string) => ({
	id,
	sku,
	productId,
	variantId,
	title,
	variantTitle,
	imageUrl,
	quantity,
	unitPrice: money(unitPrice, currency),
	total: money(unitPrice * quantity, currency),
});

const details = ({ customerId, email, shippingAddress, billingAddress, shippingMethod, note }: State) => ({
	customerId,
	email,
	shippingAddress,
	billingAddress,
	shippingMethod,
	note,
});

/** A cart as shown to its buyer. The cart must exist. */
export const cartView = (state: State, version: number, totals: Totals): Cart => ({
	id: state.id,
	status: state.status === "ordered" || state.status === "checkingOut" ? state.status : "active",
	currency: state.currency,
	...details(state),
	lines: state.lines.map((line) => lineView(line, state.currency)),
	itemCount: state.lines.reduce((count, { quantity }) => count + quantity, 0),
	...amounts(totals, state.currency),
	createdAt: rfc3339(state.createdAt),
	updatedAt: rfc3339(state.updatedAt),
	expiresAt: rfc3339(state.updatedAt + LIFETIME_MS),
	version,
});

/** The purchase for the order; undefined if no checkout is in progress. */
export const purchaseView = (state: State): Purchase | undefined => {
	if (!state.checkout || state.email === null) return undefined;
	const { orderId, version, payment, totals, startedAt } = state.checkout;
	return {
		cartId: state.id,
		cartVersion: version,
		orderId,
		currency: state.currency,
		...details(state),
		email: state.email,
		locale: state.locale,
		requiresShipping: state.lines.some(({ requiresShipping }) => requiresShipping),
		lines: state.lines.map((line) => lineView(line, state.currency)),
		...amounts(totals, state.currency),
		payment,
		startedAt,
	};
};
