import { call, type Caller } from "@kernel/contract";
import { byItself } from "@mixins/request";
import { Orders } from "@services/orders/orders.contract";
import { abandoned, stuckCheckouts } from "./carts.store";
import type { Shelf } from "./shelf";
import { purchaseView } from "./views";

/** Longer than any checkout that is still being worked on. */
const STUCK_MS = 5_000;

/** Hands on what a process that died has begun, and forgets the carts that nobody came back for. */
export const sweep = async ({ actors, collection }: Shelf, caller: Caller, now: number): Promise<void> => {
	for (const state of await stuckCheckouts(collection, now - STUCK_MS)) {
		const purchase = purchaseView(state);
		if (purchase) await call(caller, Orders.resume, { purchase });
	}
	const { cause } = byItself(caller, "carts.sweep", now);
	for (const id of await abandoned(collection, now, "active")) await actors.send(id, "close", { at: now }, () => null, cause);
	for (const id of await abandoned(collection, now, "closed")) await collection.remove(id);
};
