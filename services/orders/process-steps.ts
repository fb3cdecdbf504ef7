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

/** How long a reservation is meant to hold, by which time an order that nobody pays for is given up. */
export const RESERVATION_TTL_MS = 15 * 60_000;

/** What a step needs to know and to act. */
export interface StepInput {
	readonly desk: OrdersContext;
	readonly caller: Caller;
	readonly now: number;
	readonly order: Order;
	/** Of an order that is to be placed. */
	readonly placement: Placement | undefined;
	readonly facts: ProcessProgress;
	readonly shortages: Shortage[];
	/** Changes the order, and thereby renews its lease. A refusal means that another has changed it: the next turn sees how it stands. */
	readonly write: <Name extends keyof OrderCommands>(name: Name, command: Omit<CommandOf<OrderCommands[Name]>, "at">) => Promise<void>;
}

/** `stop`: nothing more can be done now. A step that throws leaves the order where it stands, for the sweep. */
export type StepOutcome = Partial<ProcessProgress> | "stop";

/** Quantities by SKU, merged and in order: every process asks for the same SKUs in the same order. */
const demands = ({ lines }: Order) =>
	[...Map.groupBy(lines, ({ sku }) => sku)]
		.map(([sku, same]) => ({ sku, quantity: same.reduce((total, { quantity }) => total + quantity, 0) }))
		.sort((a, b) => (a.sku < b.sku ? -1 : 1));

/** Does nothing where the order is placed already, and the run then goes on from there. */
const placeOrder = async ({ write, placement }: StepInput): Promise<StepOutcome> => {
	if (!placement) throw new Error("an order that is not there can only be placed");
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
		const available = Number(answer.detail?.["available"] ?? 0);
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

/** Refused where nothing is held: all of it has left by now, or the order is being undone, and then it cannot be confirmed either. */
const allocateStock = async ({ caller, order }: StepInput): Promise<StepOutcome> => {
	await Promise.all(demands(order).map(({ sku }) => tryCall(caller, Inventory.allocate, { sku, orderId: order.id })));
	return { allocated: true };
};

/** Refused where it is being undone by now. */
const confirmOrder = async ({ desk, write, facts }: StepInput): Promise<StepOutcome> => {
	await write("confirm", { payment: facts.payment!, capture: desk.autoCapture });
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
	if (answer.rejected === "PROVIDER_ERROR") return "stop"; // the capture stays wanted
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
	// Captured or refunded behind our back: look again, and refund what is there.
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

const cancelOrder = async ({ write, facts }: StepInput): Promise<StepOutcome> => {
	await write("cancelled", { payment: facts.undone });
	return {};
};

/** The provider or the buyer is next. What is known by now is written down; who waited too long gives the goods back. */
const wait = async ({ order, facts, write, now }: StepInput): Promise<StepOutcome> => {
	if (facts.payment) await write("recordPayment", { payment: facts.payment });
	if (facts.payment?.status !== "requiresAction" || now < order.placedAt + RESERVATION_TTL_MS) return "stop";
	await write("giveUp", { reason: "paymentExpired" });
	return {};
};

const giveUp = async ({ facts, write }: StepInput): Promise<StepOutcome> => {
	await write("giveUp", { reason: reasonToGiveUp(facts) });
	return {};
};

/** Each step side by side with what takes it back: reserve and allocate with release, authorize and capture with undo, the cart's freezing with its reopening. */
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
