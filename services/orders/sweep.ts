import type { Caller } from "@kernel/contract";
import { recoverySweep } from "@mixins/service/recovery-sweep";
import { byItself } from "@mixins/service/request";
import { seen, type Desk } from "./context";
import { isDue, LEASE_MS } from "./domain/lease";
import { drive } from "./process-runner";
import { openPage } from "./orders.store";

/** Takes up open orders whose lease has ended: their node has crashed, or a service did not answer it. */
export const sweeper = (desk: Desk, caller: () => Caller, onError: (orderId: string, cause: unknown) => void) =>
	recoverySweep({
		page: async (now, limit, after) =>
			(await openPage(desk.collection, now - LEASE_MS, limit, after)).map(({ id, state }) => ({ id, value: state.updatedAt })),
		isBusy: (id) => desk.runs.has(id),
		async resume({ id }, now) {
			const found = await desk.actors.read(id, seen);
			// The document may be older than the last commit of the node that works on it.
			if (found && isDue(found.order, now)) await drive(desk, caller(), id, byItself(caller(), "orders.sweep", now).cause, found);
		},
		onError,
	});
