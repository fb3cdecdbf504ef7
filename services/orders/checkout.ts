import { createHmac, timingSafeEqual } from "node:crypto";
import { tryCall, call, type Caller } from "@kernel/contract";
import type { CommitMeta } from "@kernel/cloud-event";
import type { FieldError } from "@kernel/errors";
import { derivedId } from "@kernel/ids";
import { isRejection, reject, type Rejection } from "@kernel/rejection";
import type { Handlers } from "@mixins/service/define-service";
import { Carts, orderIdFor, type Purchase } from "@services/carts/carts.contract";
import { Payments } from "@services/payments/payments.contract";
import { orderSnapshot, type OrdersContext, type ProcessResult } from "./context";
import { order } from "./domain/order";
import { OUT_OF_STOCK } from "./domain/checkout-process";
import { isOpen } from "./domain/status";
import { runProcess, type ProcessStart } from "./process-runner";
import type { Orders } from "./orders.contract";
import { orderView, placementOf } from "./views";

/** Access token of a guest for an order: an HMAC of the order id under the shop's secret. It is never stored. */
export const orderTokenOf = (secret: string, orderId: string): string =>
	createHmac("sha256", secret).update(`order:${orderId}`).digest("base64url");

export const isOrderToken = (secret: string, orderId: string, token: string): boolean => {
	const wanted = Buffer.from(orderTokenOf(secret, orderId));
	const given = Buffer.from(token);
	return given.length === wanted.length && timingSafeEqual(given, wanted);
};

/** Starting point of the process for an order that is not stored yet. */
const planned = async (context: OrdersContext, purchase: Purchase, cause: CommitMeta): Promise<ProcessStart> => {
	const { orderId } = purchase;
	const placement = placementOf(purchase, await context.nextNumber(cause), derivedId("pay", orderId));
	return { order: { ...order.initial(orderId), ...placement }, version: 0, placement };
};

/** The rejection that the buyer receives for a cancelled order; undefined if the order is not cancelled. */
const checkoutRejection = ({ order: { status, cancelling, cancelReason, payment }, shortages }: ProcessResult) => {
	if (status !== "cancelled" && cancelling === null) return undefined;
	if ((cancelReason ?? cancelling) === OUT_OF_STOCK) return reject("OUT_OF_STOCK", { errors: shortages });
	return reject(payment?.declineCode === "INSUFFICIENT_FUNDS" ? "INSUFFICIENT_FUNDS" : "PAYMENT_DECLINED");
};

/** Rejections by a cart that an earlier attempt of the same request may already have ordered. */
const MAY_BE_ORDERED: ReadonlySet<string> = new Set(["CART_ALREADY_ORDERED", "CART_NOT_FOUND", "PRECONDITION_FAILED"]);

const paymentMethodErrors = async (caller: Caller, payment: { provider: string; token: string }): Promise<FieldError[]> => {
	const accepted = await call(caller, Payments.accepts, payment);
	if (!accepted.provider) return [{ path: "/payment/provider", message: "is not a payment provider of this shop" }];
	return accepted.token ? [] : [{ path: "/payment/token", message: "is not a valid token for this provider" }];
};

export const checkoutActions = (context: OrdersContext, secret: string) =>
	({
		checkout: async ({ cartId, payment }, { caller, cause, seed }) => {
			const errors = await paymentMethodErrors(caller, payment);
			if (errors.length > 0) return reject("VALIDATION_FAILED", { errors });
			const purchase = await tryCall(caller, Carts.beginCheckout, { cartId, payment });
			let begin: ProcessStart | undefined;
			if (!isRejection(purchase)) begin = await planned(context, purchase, cause);
			else if (seed !== undefined && MAY_BE_ORDERED.has(purchase.rejected))
				begin = await context.actors.read(orderIdFor(cartId, seed), orderSnapshot); // a repeated request receives the result of the first
			if (!begin) return purchase as Extract<typeof purchase, Rejection>;
			const ended = await runProcess(context, caller, begin.order.id, cause, begin);
			const refusal = checkoutRejection(ended);
			if (refusal) return refusal;
			const view = orderView(ended.order, ended.version);
			return ended.order.customerId === null ? { ...view, orderToken: orderTokenOf(secret, ended.order.id) } : view;
		},

		/** Existing open orders are skipped: the sweep of this service resumes them. */
		resume: async ({ purchase }, { caller, cause }) => {
			const { orderId } = purchase;
			const existing = await context.actors.read(orderId, orderSnapshot);
			if (!existing || !isOpen(existing.order))
				await runProcess(context, caller, orderId, cause, existing ?? (await planned(context, purchase, cause)));
			return {};
		},
	}) satisfies Partial<Handlers<typeof Orders>>;
