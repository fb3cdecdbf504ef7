import { derivedId, randomId } from "@kernel/ids";
import { isRejection, reject } from "@kernel/rejection";
import type { Request } from "@mixins/service/request";
import type { Handlers } from "@mixins/service/define-service";
import type { Carts } from "./carts.contract";
import { countOf, openCartsOf } from "./carts.store";
import { emailOf } from "./cart-actions";
import { quotesFor, show } from "./pricing";
import { cartSnapshot, type CartsContext } from "./context";

const customerOf = ({ principal }: Request): string => {
	if (principal.kind !== "user") throw new Error("the requester is not a customer");
	return principal.id;
};

export const customerCarts = ({ actors, collection }: CartsContext, shopCurrency: string) =>
	({
		mine: async (_, request) => {
			const { caller, cause, now, locale } = request;
			const customerId = customerOf(request);
			const [open] = await openCartsOf(collection, customerId);
			// Two concurrent first requests derive the same id, so only one cart is created.
			const id = open?.id ?? derivedId("cart", customerId, await countOf(collection, customerId));
			const found = open && (await actors.read(open.id, cartSnapshot));
			if (found) return show(quotesFor(caller), found);
			const command = { currency: shopCurrency, customerId, email: await emailOf(request), locale, at: now };
			const created = await actors.create(id, "create", command, cartSnapshot, cause);
			if (created.state.status === "active") return show(quotesFor(caller), created);
			// Carts were deleted meanwhile, so the count gave the id of a cart that is no longer active.
			return show(quotesFor(caller), await actors.create(randomId("cart", now), "create", command, cartSnapshot, cause));
		},

		/** Copies the lines to the claimed cart before the other cart is closed. A crash in between duplicates lines but never loses any. */
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
			return show(quotesFor(request.caller), outcome);
		},

		ofCustomer: async ({ userId }, { caller }) => {
			const [open] = await openCartsOf(collection, userId);
			const found = open && (await actors.read(open.id, cartSnapshot));
			return found ? show(quotesFor(caller), found) : null;
		},

		forget: async ({ userId }, { cause, now }) => {
			for (const { id } of await openCartsOf(collection, userId)) {
				await actors.send(id, "close", { at: now }, () => null, cause);
				await collection.remove(id);
			}
			return {};
		},
	}) satisfies Partial<Handlers<typeof Carts>>;
