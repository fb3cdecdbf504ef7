import type { Caller } from "@kernel/contract";
import { recoverySweep } from "@mixins/service/recovery-sweep";
import { systemRequest } from "@mixins/service/request";
import { orderSnapshot, type OrdersContext } from "./context";
import { isDue, LEASE_MS } from "./domain/lease";
import { runProcess } from "./process-runner";
import { openPage } from "./orders.store";

/** Resumes open orders whose lease has ended: their node crashed, or a service did not respond. */
export const orderRecoverySweep = (context: OrdersContext, caller: () => Caller, onError: (orderId: string, cause: unknown) => void) =>
	recoverySweep({
		page: async (now, limit, after) =>
			(await openPage(context.collection, now - LEASE_MS, limit, after)).map(({ id, state }) => ({ id, value: state.updatedAt })),
		isBusy: (id) => context.runs.has(id),
		async resume({ id }, now) {
			const found = await context.actors.read(id, orderSnapshot);
			// The document may lag behind the last commit of the node that processes the order.
			if (found && isDue(found.order, now))
				await runProcess(context, caller(), id, systemRequest(caller(), "orders.sweep", now).cause, found);
		},
		onError,
	});
