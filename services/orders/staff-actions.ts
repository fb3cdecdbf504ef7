import { tryCall } from "@kernel/contract";
import { derivedId, randomId } from "@kernel/ids";
import { isRejection, reject } from "@kernel/rejection";
import { serviceError } from "@mixins/errors/service-errors";
import type { Request } from "@mixins/service/request";
import type { Handlers } from "@mixins/service/define-service";
import { Payments } from "@services/payments/payments.contract";
import { Shipping } from "@services/shipping/shipping.contract";
import { orderSnapshot, type OrdersContext } from "./context";
import { dispatchShipment } from "./dispatch";
import type { Order } from "./domain/model";
import { rerunProcess } from "./process-runner";
import type { Orders } from "./orders.contract";
import { toPaymentSnapshot, orderView, timelineOf } from "./views";

/** A new id. A repeated request under the same idempotency key yields the same id. */
const idFor = (prefix: "ref" | "shp", { seed, now }: Request): string =>
	seed === undefined ? randomId(prefix, now) : derivedId(prefix, seed);

export const staffActions = (context: OrdersContext) => {
	const { actors, collection } = context;
	const show = async (id: string) => {
		const found = await actors.read(id, orderSnapshot);
		if (!found) return reject("ORDER_NOT_FOUND");
		return { ...orderView(found.order, found.version), timeline: timelineOf(await collection.history(id), found.order.currency) };
	};
	const find = async (id: string): Promise<Order | undefined> => (await actors.read(id, orderSnapshot))?.order;

	return {
		cancel: async ({ id, reason = "requestedByStaff" }, { caller, cause, now }) => {
			if (!(await find(id))) return reject("ORDER_NOT_FOUND");
			const requested = await actors.send(id, "requestCancel", { reason, at: now }, () => null, cause);
			if (isRejection(requested)) return requested;
			const { order } = await rerunProcess(context, caller, id, cause);
			if (order.cancelling !== null) throw serviceError("UNAVAILABLE");
			return order.status === "cancelled" ? show(id) : reject("PROVIDER_ERROR");
		},

		capture: async ({ id, amount }, { caller, cause, now }) => {
			const order = await find(id);
			if (!order) return reject("ORDER_NOT_FOUND");
			if (amount && amount.currency !== order.currency)
				return reject("VALIDATION_FAILED", {
					errors: [{ path: "/amount/currency", message: `must be in the order's currency, ${order.currency}` }],
				});
			const requested = await actors.send(id, "requestCapture", { amount: amount?.amount ?? null, at: now }, () => null, cause);
			if (isRejection(requested)) return requested;
			const ended = await rerunProcess(context, caller, id, cause);
			if (ended.order.captureWanted === null) return show(id);
			// The provider rejected the capture. Withdraw it, so that the order is not left open.
			await actors.send(id, "withdrawCapture", { at: now }, () => null, cause);
			return reject("PROVIDER_ERROR");
		},

		refund: async ({ id, amount, reason }, request) => {
			const { caller, cause, now } = request;
			const order = await find(id);
			if (!order) return reject("ORDER_NOT_FOUND");
			if (amount && amount.currency !== order.currency)
				return reject("VALIDATION_FAILED", {
					errors: [{ path: "/amount/currency", message: `must be in the order's currency, ${order.currency}` }],
				});
			const { payment, paymentId, currency } = order;
			const left = payment ? payment.captured - payment.refunded : 0;
			if (!payment || payment.captured === 0) return reject("ILLEGAL_TRANSITION");
			const refundId = idFor("ref", request);
			if (payment.refunds.some(({ id: made }) => made === refundId)) return show(id); // repeated request
			if (left === 0) return reject("AMOUNT_TOO_LARGE", { left });
			const answer = await tryCall(caller, Payments.refund, {
				paymentId,
				refundId,
				amount: amount ?? { amount: left, currency },
				reason,
			});
			if (!isRejection(answer)) {
				await actors.send(id, "recordPayment", { payment: toPaymentSnapshot(answer), at: now }, () => null, cause);
				return show(id);
			}
			switch (answer.rejected) {
				case "AMOUNT_TOO_LARGE":
				case "PROVIDER_ERROR":
				case "ILLEGAL_TRANSITION":
					return reject(answer.rejected, answer.detail);
				default:
					throw new Error(`unexpected rejection by the payment of order ${id}: ${answer.rejected}`);
			}
		},

		ship: async ({ id, lines = null, carrier, trackingNumber }, request) => {
			const { cause, now } = request;
			if (!(await find(id))) return reject("ORDER_NOT_FOUND");
			const shipmentId = idFor("shp", request);
			const outcome = await actors.send(id, "ship", { shipmentId, lines, carrier, trackingNumber, at: now }, orderSnapshot, cause);
			if (isRejection(outcome)) return outcome;
			await dispatchShipment(request, outcome.order, shipmentId);
			return show(id);
		},

		deliver: async ({ id: shipmentId }, { caller, cause, now }) => {
			const parcel = await tryCall(caller, Shipping.arrive, { shipmentId });
			if (isRejection(parcel)) return parcel;
			await actors.send(parcel.orderId, "markDelivered", { shipmentId, at: now }, () => null, cause);
			return show(parcel.orderId);
		},
	} satisfies Partial<Handlers<typeof Orders>>;
};
