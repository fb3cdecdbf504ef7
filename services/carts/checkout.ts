import { ask, call, type Caller } from "@kernel/contract";
import { derivedId } from "@kernel/ids";
import { isRejection, reject } from "@kernel/rejection";
import type { Handlers } from "@mixins/service";
import { Inventory, type StockLevel } from "@services/inventory/inventory.contract";
import { Products } from "@services/products/products.contract";
import { orderIdFor, type Carts } from "./carts.contract";
import type { Cart } from "./domain/cart";
import { mayUse, price, seen, type Shelf } from "./shelf";
import { purchaseView } from "./views";

/** A first look that spares an order which could not be: what counts is the reservation. */
const shortages = ({ lines }: Cart, levels: readonly StockLevel[]) =>
	lines.flatMap(({ sku, quantity }, index) => {
		const available = Math.max(0, levels.find((level) => level.sku === sku)?.available ?? 0);
		return quantity > available ? [{ path: `/lines/${index}/quantity`, message: `${available} are available`, sku, available }] : [];
	});

/** More are asked for in one go, of a node that has to look at the store for each that another has sold meanwhile. */
const FEW = 8;

/** Of the nodes at which the stock lives. */
const levelsOf = async (caller: Caller, skus: readonly string[]): Promise<readonly StockLevel[]> =>
	skus.length > FEW
		? call(caller, Inventory.levels, { skus: [...skus] })
		: (await Promise.all(skus.map((sku) => ask(caller, Inventory.level, { sku })))).filter(
				(found): found is StockLevel => !isRejection(found),
			);

export const checkout = ({ actors }: Shelf) =>
	({
		beginCheckout: async ({ cartId, payment }, { caller, principal, cause, now, seed, expected }) => {
			const guess = await actors.peek(cartId, seen);
			const found = guess?.state.status === "active" && mayUse(principal, guess.state) ? guess : await actors.read(cartId, seen);
			if (!found || !mayUse(principal, found.state)) return reject("CART_NOT_FOUND");
			const { state, version } = found;
			const orderId = seed === undefined ? derivedId("ord", cartId, version) : orderIdFor(cartId, seed);
			// The same request again, after one that never got its answer: what it began goes on.
			if (state.checkout?.orderId === orderId) return purchaseView(state) ?? reject("CART_CHANGED");
			if (expected !== undefined && expected !== version) return reject("PRECONDITION_FAILED");
			const skus = state.lines.map(({ sku }) => sku);
			const [offers, totals, levels] = await Promise.all([
				call(caller, Products.offers, { skus }),
				price(caller, state),
				levelsOf(caller, [...new Set(skus)]),
			]);
			const short = state.status === "active" ? shortages(state, levels) : [];
			if (short.length > 0) return reject("OUT_OF_STOCK", { errors: short });
			const offered = offers.map((offer) => ({ ...offer, unitPrice: offer.unitPrice.amount, currency: offer.unitPrice.currency }));
			const command = { orderId, version, payment, totals, offered, at: now };
			// What was read must still be so: an edit that came between is one that the buyer has not seen in these totals.
			const outcome = await actors.edit(cartId, "beginCheckout", command, seen, { cause, expected: version });
			if (isRejection(outcome)) {
				if (outcome.rejected !== "PRECONDITION_FAILED") return outcome;
				const current = (await actors.read(cartId, seen))?.state;
				// The same request, which was sent again while it was at work, has come first.
				if (seed !== undefined && current?.checkout?.orderId === orderId) return purchaseView(current) ?? reject("CART_CHANGED");
				const status = current?.status;
				return reject(
					status === "checkingOut" ? "CHECKOUT_IN_PROGRESS" : status === "ordered" ? "CART_ALREADY_ORDERED" : "CART_CHANGED",
				);
			}
			return purchaseView(outcome.state) ?? reject("CART_CHANGED");
		},
		reopen: async ({ cartId, orderId }, { cause, now }) => {
			await actors.send(cartId, "reopen", { orderId, at: now }, () => null, cause);
			return {};
		},
		complete: async ({ cartId, orderId }, { cause, now }) => {
			await actors.send(cartId, "complete", { orderId, at: now }, () => null, cause);
			return {};
		},
	}) satisfies Partial<Handlers<typeof Carts>>;
