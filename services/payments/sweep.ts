import type { CommitMeta } from "@kernel/cloud-event";
import { recoverySweep } from "@mixins/service/recovery-sweep";
import { authorize, refund } from "./provider-calls";
import { stored, type PaymentsContext } from "./context";
import { isDue } from "./domain/payment";
import { dueBefore } from "./payments.store";

const NAME = "payments.sweep";

/** Repeats provider calls without a known outcome and publishes the result. The first caller may have crashed or timed out. */
export const sweeper = (context: PaymentsContext, onError: (paymentId: string, cause: unknown) => void) =>
	recoverySweep({
		page: (now, limit, after) => dueBefore(context.collection, now, limit, after),
		isBusy: (id) => context.asking.has(id),
		async resume({ id }, now) {
			const found = await stored(context, id);
			if (!found || !isDue(found.state, now)) return; // the document may predate the last commit of the calling node
			const { state } = found;
			const cause: CommitMeta = { at: now, actor: NAME, correlationId: NAME, causationId: NAME };
			if (state.status === "requested" || state.status === "unknown") await authorize(context, state, true, cause);
			for (const { id: refundId, done } of state.refunds) if (!done) await refund(context, state, refundId, true, cause);
		},
		onError,
	});
