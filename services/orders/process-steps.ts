import { tryCall, call, type Caller } from "@kernel/contract";
import type { CommandOf } from "@kernel/decider";
import { derivedId } from "@kernel/ids";
import { money } from "@kernel/money";
import { isRejection } from "@kernel/rejection";
import { Carts } from "@services/carts/carts.contract";
import { Inventory } from "@services/inventory/inventory.contract";
import { Payments } from "@services/payments/payments.contract";
import type { OrdersContext, OrderCommands, Shortage } from "./context";
import type { Order, Placement } from "./domain/model";
import { reasonToGiveUp, type ProcessProgress, type Step } from "./domain/checkout-process";
import { toPaymentSnapshot } from "./views";

/** Lifetime of a reservation in milliseconds. An order that is not paid by then is given up. */
export const RESERVATION_TTL_MS = 15 * 60_000;

/** Input of a process step. */
export interface StepInput {
	readonly context: OrdersContext;
	readonly caller: Caller;
	readonly now: number;
	readonly order: Order;
	/** Defined while the order is not placed yet. */
	readonly placement: Placement | undefined;
	readonly progress: ProcessProgress;
	readonly shortages: Shortage[];
	/**
	 * Sends a command to the order, which renews its lease. A rejection means that the order has changed meanwhile. The state is reloaded,
	 * and the next round decides on it.
	 */
	readonly write: <Name extends keyof OrderCommands>(name: Name, command: Omit<CommandOf<OrderCommands[Name]>, "at">) => Promise<void>;
}

/**
 * New progress, or `stop` if the run cannot continue now. If a step throws, the order keeps its state and the recovery sweep resumes it.
 */
export type StepOutcome = Partial<ProcessProgress> | "stop";

/** Total quantity by SKU in a fixed order, so that all processes reserve SKUs in the same order. */
const demands = ({ lines }: Order) =>
	[...Map.groupBy(lines, ({ sku }) => sku)]
		.map(([sku, same]) => ({ sku, quantity: same.reduce((total, { quantity }) => total + quantity, 0) }))
		.sort((a, b) => (a.sku < b.sku ? -1 : 1));

/** Has no effect if the order is already placed. The run continues from the stored state. */
const placeOrder = async ({ write, placement }: StepInput): Promise<StepOutcome> => {
	if (!placement) throw new Error("placeOrder requires a placement");
	await write("place", { placement });
	return {};
};

const reserveStock = async ({ caller, order, shortages }: StepInput): Promise<StepOutcome> => {
	const expiresAt = order.placedAt + RESERVATION_TTL_MS;
	const answers = await Promise.all(
		demands(order).map(async ({ sku, quantity }) => ({
			sku,
			answer: await tryCall(caller, Inventory.reserve, { sku, orderId: order.id, quantity, expiresAt }),
		})),
	);
	for (const { sku, answer } of answers) {
		if (!isRejection(answer)) continue;
		const available = Number(answer.detail["available"] ?? 0);
		const index = order.lines.findIndex((line) => line.sku === sku);
		shortages.push({ path: `/lines/${index}/quantity`, message: `only ${available} available`, sku, available });
	}
	return { reservation: answers.some(({ answer }) => isRejection(answer)) ? "short" : "held" };
};

const authorizePayment = async ({ caller, order }: StepInput): Promise<StepOutcome> => {
	const { paymentId, provider, token, id: orderId, total, currency } = order;
	return {
		payment: toPaymentSnapshot(
			await call(caller, Payments.authorize, { paymentId, orderId, provider, token, amount: money(total, currency) }),
		),
	};
};

/** A rejection is ignored. Either the stock has already been shipped, or the order is being cancelled and cannot be confirmed. */
const allocateStock = async ({ caller, order }: StepInput): Promise<StepOutcome> => {
	await Promise.all(demands(order).map(({ sku }) => tryCall(caller, Inventory.allocate, { sku, orderId: order.id })));
	return { allocated: true };
};

/** The order rejects the command if it is being cancelled. */
const confirmOrder = async ({ context, write, progress }: StepInput): Promise<StepOutcome> => {
	await write("confirm", { payment: progress.payment!, capture: context.autoCapture });
	return {};
};

const completeCart = async ({ caller, order }: StepInput): Promise<StepOutcome> => {
	await call(caller, Carts.complete, { cartId: order.cartId, orderId: order.id });
	return { cartCompleted: true };
};

const capturePayment = async ({ caller, order, write }: StepInput): Promise<StepOutcome> => {
	const answer = await tryCall(caller, Payments.capture, { paymentId: order.paymentId, amount: order.captureWanted! });
	if (!isRejection(answer)) {
		await write("recordPayment", { payment: toPaymentSnapshot(answer) });
		return {};
	}
	if (answer.rejected === "PROVIDER_ERROR") return "stop"; // the requested capture stays open
	await write("withdrawCapture", {});
	return "stop";
};

const undoPayment = async ({ caller, order, write }: StepInput): Promise<StepOutcome> => {
	const { paymentId } = order;
	const payment = await tryCall(caller, Payments.void, { paymentId });
	const left = order.payment ? order.payment.captured - order.payment.refunded : 0;
	const undone =
		!isRejection(payment) || payment.rejected !== "ILLEGAL_TRANSITION"
			? payment
			: left === 0
				? await call(caller, Payments.lookup, { paymentId })
				: await tryCall(caller, Payments.refund, {
						paymentId,
						refundId: derivedId("ref", order.id, "cancel", left),
						amount: money(left, order.currency),
						reason: order.cancelling ?? "cancelled",
					});
	if (!isRejection(undone)) return { undone: toPaymentSnapshot(undone) };
	// The payment was captured or refunded concurrently. Record its current state; the next round refunds what is left.
	if (undone.rejected !== "PROVIDER_ERROR") {
		const current = await call(caller, Payments.lookup, { paymentId });
		await write("recordPayment", { payment: toPaymentSnapshot(current) });
		return current.version > (order.payment?.version ?? 0) ? {} : "stop";
	}
	if (order.status === "confirmed") await write("withdrawCancel", {});
	return "stop";
};

const releaseStock = async ({ caller, order }: StepInput): Promise<StepOutcome> => {
	await Promise.all(demands(order).map(({ sku }) => call(caller, Inventory.release, { sku, orderId: order.id })));
	return { released: true };
};

const reopenCart = async ({ caller, order }: StepInput): Promise<StepOutcome> => {
	await call(caller, Carts.reopen, { cartId: order.cartId, orderId: order.id });
	return { cartReopened: true };
};

const cancelOrder = async ({ write, progress }: StepInput): Promise<StepOutcome> => {
	await write("cancelled", { payment: progress.undone });
	return {};
};

/** Waits for the provider or the buyer. Records the known payment and gives up an order whose required buyer action has expired. */
const wait = async ({ order, progress, write, now }: StepInput): Promise<StepOutcome> => {
	if (progress.payment) await write("recordPayment", { payment: progress.payment });
	if (progress.payment?.status !== "requiresAction" || now < order.placedAt + RESERVATION_TTL_MS) return "stop";
	await write("giveUp", { reason: "paymentExpired" });
	return {};
};

const giveUp = async ({ progress, write }: StepInput): Promise<StepOutcome> => {
	await write("giveUp", { reason: reasonToGiveUp(progress) });
	return {};
};

/**
 * The implementation of each step. Compensations: releaseStock for reserveStock and allocateStock, undoPayment for authorizePayment and
 * capturePayment, reopenCart for the frozen cart.
 */
export const STEPS: Readonly<Record<Step, (work: StepInput) => Promise<StepOutcome>>> = {
	placeOrder,
	reserveStock,
	authorizePayment,
	allocateStock,
	confirmOrder,
	completeCart,
	capturePayment,
	giveUp,
	undoPayment,
	releaseStock,
	reopenCart,
	cancelOrder,
	wait,
};
