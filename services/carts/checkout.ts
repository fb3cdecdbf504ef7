import { call, type Caller } from "@kernel/contract";
import { derivedId } from "@kernel/ids";
import { isRejection, reject } from "@kernel/rejection";
import type { Handlers } from "@mixins/service/define-service";
import { Inventory } from "@services/inventory/inventory.contract";
import { Products } from "@services/products/products.contract";
import { orderIdFor, type Carts } from "./carts.contract";
import { locked, type Cart } from "./domain/cart";
import { chosenOption, price, quotesFor } from "./pricing";
import { attemptOn, guardOf, cartSnapshot, type CartSnapshot, type CartsContext } from "./context";
import { purchaseView } from "./views";

/** Up to this many SKUs, each SKU's own node is asked. Above it, one node is asked for all of them. */
const MAX_SINGLE_LOOKS = 8;

/** Available units of each line. A preliminary check; the reservation decides. */
const availableFor = async (caller: Caller, lines: Cart["lines"]): Promise<readonly number[]> => {
	if (lines.length <= MAX_SINGLE_LOOKS) {
		const found = await Promise.all(lines.map(({ sku, quantity }) => call(caller, Inventory.availability, { sku, quantity })));
		return found.map(({ available }) => available);
	}
	const levels = await call(caller, Inventory.levels, { skus: lines.map(({ sku }) => sku) });
	return lines.map(({ sku }) => levels.find((level) => level.sku === sku)?.available ?? 0);
};

/** Rejects most orders that could not be fulfilled. The reservation remains authoritative. */
const shortages = async (caller: Caller, { lines }: Cart) => {
	const available = await availableFor(caller, lines);
	return lines.flatMap(({ sku, quantity }, index) => {
		const units = Math.max(0, available[index] ?? 0);
		return quantity > units ? [{ path: `/lines/${index}/quantity`, message: `only ${units} available`, sku, available: units }] : [];
	});
};

export const checkoutActions = (context: CartsContext) => {
	const { actors } = context;
	return {
		beginCheckout: async ({ cartId, payment }, { caller, principal, cause, now, seed, expected }) => {
			const quotes = quotesFor(caller);
			const begin = async (found: CartSnapshot) => {
				const { state, version } = found;
				const orderId = seed === undefined ? derivedId("ord", cartId, version) : orderIdFor(cartId, seed);
				// A repeated request whose first reply was lost continues the checkout that it began.
				if (state.checkout?.orderId === orderId) return found;
				if (expected !== undefined && expected !== version) return reject("PRECONDITION_FAILED");
				const refusal = locked(state);
				if (refusal) return refusal;
				const short = await shortages(caller, state);
				if (short.length > 0) return reject("OUT_OF_STOCK", { errors: short });
				const [offers, totals, option] = await Promise.all([
					call(caller, Products.offers, { skus: state.lines.map(({ sku }) => sku) }),
					price(quotes, state),
					chosenOption(quotes, state),
				]);
				if (!option && state.shippingMethod !== null && state.lines.some(({ requiresShipping }) => requiresShipping))
					return reject("CART_INCOMPLETE", {
						errors: [{ path: "/shippingMethod", message: "is no longer available for this cart" }],
					});
				const offered = offers.map((offer) => ({
					...offer,
					unitPrice: offer.unitPrice.amount,
					currency: offer.unitPrice.currency,
				}));
				const command = { orderId, version, payment, totals, offered, at: now };
				// The totals belong to this version. After a concurrent change they must be computed again.
				return actors.sendExpecting(cartId, "beginCheckout", command, cartSnapshot, {
					cause,
					expected: version,
					guard: guardOf(principal),
				});
			};
			const outcome = await attemptOn(context, cartId, principal, begin);
			if (!isRejection(outcome)) return purchaseView(outcome.state) ?? reject("CART_CHANGED");
			return outcome.rejected === "PRECONDITION_FAILED" && expected === undefined ? reject("CART_CHANGED") : outcome;
		},
		reopen: async ({ cartId, orderId }, { cause, now }) => {
			await actors.send(cartId, "reopen", { orderId, at: now }, () => null, cause);
			return {};
		},
		complete: async ({ cartId, orderId }, { cause, now }) => {
			await actors.send(cartId, "complete", { orderId, at: now }, () => null, cause);
			return {};
		},
	} satisfies Partial<Handlers<typeof Carts>>;
};
