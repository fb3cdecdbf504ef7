import { derivedId, randomId } from "@kernel/ids";
import { isRejection, reject } from "@kernel/rejection";
import type { Request } from "@mixins/service/request";
import type { Handlers } from "@mixins/service/define-service";
import type { Carts } from "./carts.contract";
import { countOf, openCartsOf } from "./carts.store";
import { emailOf } from "./cart-actions";
import { quotesFor, showCart } from "./pricing";
import { cartSnapshot, type CartsContext } from "./context";

const customerOf = ({ principal }: Request): string => {
	if (principal.kind !== "user") throw new Error("carts of a customer require a user principal");
	return principal.id;
};

export const customerCarts = ({ actors, collection }: CartsContext, shopCurrency: string) =>
	({
		mine: async (_, request) => {
			const { caller, cause, now, locale } = request;
			const customerId = customerOf(request);
			const [open] = await openCartsOf(collection, customerId);
			// Concurrent first requests derive the same cart id, so the cart is created once.
			const id = open?.id ?? derivedId("cart", customerId, await countOf(collection, customerId));
			const found = open && (await actors.read(open.id, cartSnapshot));
			if (found) return showCart(quotesFor(caller), found);
			const command = { currency: shopCurrency, customerId, email: await emailOf(request), locale, at: now };
			const made = await actors.create(id, "create", command, cartSnapshot, cause);
			if (made.state.status === "active") return showCart(quotesFor(caller), made);
			// Carts were deleted meanwhile, so the count has yielded the id of a cart that is no longer active.
			return showCart(quotesFor(caller), await actors.create(randomId("cart", now), "create", command, cartSnapshot, cause));
		},

		/**
		 * The claimed cart takes the lines first, and the other cart is closed after it. A crash in between duplicates lines, but never
		 * loses them.
		 */
		claim: async ({ cartId }, request) => {
			const customerId = customerOf(request);
			const found = await actors.read(cartId, cartSnapshot);
			if (!found || (found.state.customerId !== null && found.state.customerId !== customerId)) return reject("CART_NOT_FOUND");
			const other = (await openCartsOf(collection, customerId)).find(({ id }) => id !== cartId);
			const merge = found.state.customerId === null && other ? { id: other.id, currency: other.currency, lines: other.lines } : null;
			const command = { customerId, email: await emailOf(request), merge, at: request.now };
			const outcome = await actors.sendExpecting(cartId, "claim", command, cartSnapshot, request);
			if (isRejection(outcome)) return outcome;
			for (const id of outcome.state.mergedFrom) await actors.send(id, "close", { at: request.now }, () => null, request.cause);
			return showCart(quotesFor(request.caller), outcome);
		},

		ofCustomer: async ({ userId }, { caller }) => {
			const [open] = await openCartsOf(collection, userId);
			const found = open && (await actors.read(open.id, cartSnapshot));
			return found ? showCart(quotesFor(caller), found) : null;
		},

		forget: async ({ userId }, { cause, now }) => {
			for (const { id } of await openCartsOf(collection, userId)) {
				await actors.send(id, "close", { at: now }, () => null, cause);
				await collection.remove(id);
			}
			return {};
		},
	}) satisfies Partial<Handlers<typeof Carts>>;
