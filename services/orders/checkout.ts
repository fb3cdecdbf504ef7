import { createHmac, timingSafeEqual } from "node:crypto";
import { ask, call, type Caller } from "@kernel/contract";
import type { CommitMeta } from "@kernel/envelope";
import type { FieldError } from "@kernel/errors";
import { derivedId } from "@kernel/ids";
import { isRejection, reject } from "@kernel/rejection";
import type { Handlers } from "@mixins/service";
import { Carts, orderIdFor, type Purchase } from "@services/carts/carts.contract";
import { Payments } from "@services/payments/payments.contract";
import { seen, type Desk, type Run } from "./desk";
import { OUT_OF_STOCK } from "./domain/process";
import { isOpen } from "./domain/status";
import { drive } from "./drive";
import type { Orders } from "./orders.contract";
import { orderView, placementOf } from "./views";

/** A guest's key to the order. Made of the order's id with the shop's secret: it is kept nowhere. */
export const orderTokenOf = (secret: string, orderId: string): string =>
	createHmac("sha256", secret).update(`order:${orderId}`).digest("base64url");

export const isOrderToken = (secret: string, orderId: string, token: string): boolean => {
	const wanted = Buffer.from(orderTokenOf(secret, orderId));
	const given = Buffer.from(token);
	return given.length === wanted.length && timingSafeEqual(given, wanted);
};

/** Writes the order, unless it stands already, and takes it as far as it will go. */
const fulfil = async (desk: Desk, caller: Caller, purchase: Purchase, cause: CommitMeta, isResumed = false): Promise<Run> => {
	const { orderId } = purchase;
	const stands = isResumed && (await desk.actors.read(orderId, () => true));
	if (stands) return drive(desk, caller, orderId, cause);
	const placement = placementOf(purchase, await desk.nextNumber(cause), derivedId("pay", orderId));
	// One that stands already is not placed again: the number was taken in vain.
	const placed = await desk.actors.create(orderId, "place", { placement }, seen, cause);
	return drive(desk, caller, orderId, cause, isRejection(placed) ? undefined : placed);
};

/** What the buyer is told of an order that came to nothing. */
const refusalOf = ({ order, shortages }: Run) => {
	if (order.status !== "cancelled" && order.cancelling === null) return undefined;
	if (shortages.length > 0 || (order.cancelReason ?? order.cancelling) === OUT_OF_STOCK)
		return reject("OUT_OF_STOCK", { errors: shortages });
	return reject(order.payment?.declineCode === "INSUFFICIENT_FUNDS" ? "INSUFFICIENT_FUNDS" : "PAYMENT_DECLINED");
};

const known = async (caller: Caller, payment: { provider: string; token: string }): Promise<FieldError[]> => {
	const accepted = await call(caller, Payments.accepts, payment);
	if (!accepted.provider) return [{ path: "/payment/provider", message: "no payment provider of this shop" }];
	return accepted.token ? [] : [{ path: "/payment/token", message: "no token of this provider" }];
};

export const checkout = (desk: Desk, secret: string) =>
	({
		checkout: async ({ cartId, payment }, { caller, cause, seed }) => {
			const errors = await known(caller, payment);
			if (errors.length > 0) return reject("VALIDATION_FAILED", { errors });
			// The same request again, after one that never got its answer: it gets the answer to what was done.
			const before = seed === undefined ? undefined : orderIdFor(cartId, seed);
			const stands = before !== undefined && (await desk.actors.read(before, () => true)) === true;
			const purchase = stands ? undefined : await ask(caller, Carts.beginCheckout, { cartId, payment });
			if (isRejection(purchase)) return purchase;
			const ended = purchase ? await fulfil(desk, caller, purchase, cause) : await drive(desk, caller, before!, cause);
			const refusal = refusalOf(ended);
			if (refusal) return refusal;
			const view = orderView(ended.order, ended.version);
			return ended.order.customerId === null ? { ...view, orderToken: orderTokenOf(secret, ended.order.id) } : view;
		},

		/** An order that stands and is open has a sweep of its own. */
		resume: async ({ purchase }, { caller, cause }) => {
			const open = await desk.actors.read(purchase.orderId, isOpen);
			if (open !== true) await fulfil(desk, caller, purchase, cause, true);
			return {};
		},
	}) satisfies Partial<Handlers<typeof Orders>>;
