import { call, type Caller } from "@kernel/contract";
import { recoverySweep } from "@mixins/service/recovery-sweep";
import { systemRequest } from "@mixins/service/request";
import { Orders } from "@services/orders/orders.contract";
import { findAbandonedCarts, checkoutsBefore } from "./carts.store";
import { CHECKOUT_LEASE_MS, isCheckoutDue } from "./domain/lease";
import { cartSnapshot, type CartsContext } from "./context";
import { purchaseView } from "./views";

/** Resumes checkouts whose lease has ended: the node that began them may have crashed before the order was stored. */
export const sweeper = ({ actors, collection }: CartsContext, caller: () => Caller, onError: (cartId: string, cause: unknown) => void) =>
	recoverySweep({
		page: (now, limit, after) => checkoutsBefore(collection, now - CHECKOUT_LEASE_MS, limit, after),
		async resume({ id }, now) {
			const found = await actors.read(id, cartSnapshot); // the document may lag behind the end of the checkout
			const purchase = found && isCheckoutDue(found.state, now) ? purchaseView(found.state) : undefined;
			if (purchase) await call(caller(), Orders.resume, { purchase });
		},
		onError,
	});

/** Closes carts that are older than their lifetime, and removes carts that were closed that long ago. */
export const forgetAbandoned = async ({ actors, collection }: CartsContext, caller: Caller, now: number): Promise<void> => {
	const { cause } = systemRequest(caller, "carts.sweep", now);
	for (const id of await findAbandonedCarts(collection, now, "active")) await actors.send(id, "close", { at: now }, () => null, cause);
	for (const id of await findAbandonedCarts(collection, now, "closed")) await collection.remove(id);
};
