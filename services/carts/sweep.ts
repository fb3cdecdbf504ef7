import { call, type Caller } from "@kernel/contract";
import { recoverySweep } from "@mixins/service/recovery-sweep";
import { systemRequest } from "@mixins/service/request";
import { Orders } from "@services/orders/orders.contract";
import { abandoned, checkoutsBefore } from "./carts.store";
import { CHECKOUT_LEASE_MS, isCheckoutDue } from "./domain/lease";
import { cartSnapshot, type CartsContext } from "./context";
import { purchaseView } from "./views";

/** Passes checkouts with an expired lease to the orders service. The node that began them may have crashed before the order was stored. */
export const sweeper = ({ actors, collection }: CartsContext, caller: () => Caller, onError: (cartId: string, cause: unknown) => void) =>
	recoverySweep({
		page: (now, limit, after) => checkoutsBefore(collection, now - CHECKOUT_LEASE_MS, limit, after),
		async resume({ id }, now) {
			const found = await actors.read(id, cartSnapshot); // the document may predate the end of the checkout, so the actor is read
			const purchase = found && isCheckoutDue(found.state, now) ? purchaseView(found.state) : undefined;
			if (purchase) await call(caller(), Orders.resume, { purchase });
		},
		onError,
	});

/** Closes carts that have not changed within their lifetime, and deletes closed carts after the same time. */
export const forgetAbandoned = async ({ actors, collection }: CartsContext, caller: Caller, now: number): Promise<void> => {
	const { cause } = systemRequest(caller, "carts.sweep", now);
	for (const id of await abandoned(collection, now, "active")) await actors.send(id, "close", { at: now }, () => null, cause);
	for (const id of await abandoned(collection, now, "closed")) await collection.remove(id);
};
