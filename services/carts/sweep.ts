import { call, type Caller } from "@kernel/contract";
import { byItself } from "@mixins/request";
import { Orders } from "@services/orders/orders.contract";
import { abandoned, stuckCheckouts } from "./carts.store";
import type { Shelf } from "./shelf";
import { purchaseView } from "./views";

/** Longer than any checkout that is still being worked on. */
const STUCK_MS = 5_000;
const AT_ONCE = 16;

/** Hands on what a process that died has begun, and forgets the carts that nobody came back for. */
export const sweep = async (
	{ actors, collection }: Shelf,
	caller: Caller,
	now: number,
	onError: (cartId: string, cause: unknown) => void,
): Promise<void> => {
	const stuck = (await stuckCheckouts(collection, now - STUCK_MS)).flatMap((state) => purchaseView(state) ?? []);
	const worker = async (): Promise<void> => {
		for (let purchase = stuck.shift(); purchase; purchase = stuck.shift()) {
			const { cartId } = purchase;
			// One that cannot be moved now does not hold up the others; it is tried again at the next sweep.
			await call(caller, Orders.resume, { purchase }).catch((cause: unknown) => {
				onError(cartId, cause);
			});
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	const { cause } = byItself(caller, "carts.sweep", now);
	for (const id of await abandoned(collection, now, "active")) await actors.send(id, "close", { at: now }, () => null, cause);
	for (const id of await abandoned(collection, now, "closed")) await collection.remove(id);
};
