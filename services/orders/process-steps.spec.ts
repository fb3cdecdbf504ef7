import { call } from "@kernel/contract";
import { isRejection } from "@kernel/rejection";
import { Inventory } from "@services/inventory/inventory.contract";
import { Payments } from "@services/payments/payments.contract";
import { CAUSE, line, MUG, ordersWorld, type OrdersWorld } from "@tests/support/orders";
import { orderSnapshot, type OrdersContext, type Shortage } from "./context";
import { NO_PROGRESS, type ProcessProgress, type Step } from "./domain/checkout-process";
import type { Placement } from "./domain/model";
import { RESERVATION_TTL_MS, STEPS, type StepInput } from "./process-steps";

const ID = "ord_1";
const PAY = { paymentId: `pay_${ID}` };
const CUP = "CUP-1";

describe("a step of the checkout process", () => {
	let shop: OrdersWorld;
	let context: OrdersContext;
	let progress: ProcessProgress;
	let shortages: Shortage[];

	const current = async () => (await context.actors.read(ID, orderSnapshot))!.order;
	const write: StepInput["write"] = async (name, command) => {
		await context.actors.send(ID, name, { ...command, at: shop.now }, () => null, { ...CAUSE, at: shop.now });
	};
	/** Makes one step as a run does: what it finds out is known to the next. */
	const make = async (step: Step) => {
		const input = {
			context,
			caller: shop.caller,
			now: shop.now,
			order: await current(),
			placement: undefined,
			progress,
			shortages,
			write,
		};
		const outcome = await STEPS[step](input);
		if (outcome !== "stop") progress = { ...progress, ...outcome };
		return outcome;
	};
	const inOrder = async (...steps: Step[]) => {
		for (const step of steps) await make(step);
	};
	const place = (more: Partial<Placement> = {}) => shop.place(ID, more);
	const events = async () => (await shop.events(ID)).slice(1);

	beforeEach(async () => {
		shop = await ordersWorld();
		[context, progress, shortages] = [shop.node(), NO_PROGRESS, []];
		for (const sku of [MUG, CUP]) await call(shop.caller, Inventory.set, { sku, onHand: 5, reason: "count" });
	});
	afterEach(() => shop.stop());

	test("placeOrder needs something to place", async () => {
		await place();
		await expect(make("placeOrder")).rejects.toThrow();
	});

	describe("reserveStock", () => {
		test("asks for the lines of one SKU together, and once however often it is made", async () => {
			await place({ lines: [line("line_1", MUG, 2), line("line_2", CUP, 1), line("line_3", MUG, 3)] });
			for (const twice of [1, 2]) expect([twice, await make("reserveStock")]).toEqual([twice, { reservation: "held" }]);
			expect(await shop.stock(MUG)).toMatchObject({ reserved: 5, available: 0 });
			expect(await shop.stock(CUP)).toMatchObject({ reserved: 1 });
		});

		test("names the line that is short, and what was reserved beside it is given back by releaseStock", async () => {
			await place({ lines: [line("line_1", CUP, 1), line("line_2", MUG, 6)] });
			expect(await make("reserveStock")).toEqual({ reservation: "short" });
			expect(shortages).toMatchObject([{ path: "/lines/1/quantity", sku: MUG, available: 5 }]);
			expect(await shop.stock(CUP)).toMatchObject({ reserved: 1 });
			expect(await make("releaseStock")).toEqual({ released: true });
			expect(await shop.stock(CUP)).toMatchObject({ reserved: 0, available: 5 });
		});
	});

	test("authorizePayment asks for the total once however often it is made", async () => {
		await place();
		for (const twice of [1, 2])
			expect([twice, await make("authorizePayment")]).toMatchObject([twice, { payment: { status: "authorized", amount: 2_000 } }]);
		expect(await shop.ledger(ID)).toEqual(["authorize 2000"]);
	});

	test("allocateStock does not take what was released meanwhile", async () => {
		await place();
		await inOrder("reserveStock", "releaseStock");
		expect(await make("allocateStock")).toEqual({ allocated: true });
		expect(await shop.stock(MUG)).toMatchObject({ allocated: 0, available: 5 });
	});

	describe("confirmOrder", () => {
		test.each([
			[true, 2_000],
			[false, null],
		])("with automatic capture %s wants %s captured", async (autoCapture, captureWanted) => {
			context = shop.node(autoCapture);
			await place();
			await inOrder("reserveStock", "authorizePayment", "confirmOrder");
			expect(await current()).toMatchObject({ status: "confirmed", captureWanted });
		});

		test("does not confirm an order that is being cancelled", async () => {
			await place();
			await inOrder("reserveStock", "authorizePayment");
			await write("requestCancel", { reason: "mistake" });
			await make("confirmOrder");
			expect(await current()).toMatchObject({ status: "pending", cancelling: "mistake" });
		});
	});

	describe("capturePayment", () => {
		const confirmed = async (token = "tok_ok") => {
			await place({ token });
			await inOrder("reserveStock", "authorizePayment", "allocateStock", "confirmOrder");
		};

		test("takes the money once and records it", async () => {
			await confirmed();
			const { captureWanted } = await current();
			await make("capturePayment");
			expect(captureWanted).toBe(2_000);
			expect(await current()).toMatchObject({ captureWanted: null, payment: { status: "captured", captured: 2_000 } });
			expect(await shop.ledger(ID)).toEqual(["authorize 2000", "capture 2000"]);
		});

		test("that the provider refuses stays wanted, and is made when it is asked for again", async () => {
			await confirmed("tok_capture_fails");
			const outcomes: unknown[] = [];
			for (let attempt = 0; attempt < 5 && (await current()).captureWanted !== null; attempt++)
				outcomes.push(await make("capturePayment"));
			expect(outcomes[0]).toBe("stop");
			expect(outcomes.at(-1)).toEqual({});
			expect(await shop.ledger(ID)).toEqual(["authorize 2000", "capture 2000"]);
		});

		test("that is not possible any more is withdrawn", async () => {
			await confirmed();
			await call(shop.caller, Payments.void, PAY);
			expect(await make("capturePayment")).toBe("stop");
			expect(await current()).toMatchObject({ status: "confirmed", captureWanted: null });
			expect((await events()).at(-1)).toBe("captureWithdrawn");
		});
	});

	describe("undoPayment", () => {
		test("voids what is authorized", async () => {
			await place();
			await inOrder("reserveStock", "authorizePayment");
			expect(await make("undoPayment")).toMatchObject({ undone: { status: "voided" } });
			expect(await shop.ledger(ID)).toEqual(["authorize 2000", "void 2000"]);
		});

		test("before any authorization keeps the provider from being asked", async () => {
			await place();
			expect(await make("undoPayment")).toMatchObject({ undone: { status: "voided" } });
			expect(await make("authorizePayment")).toMatchObject({ payment: { status: "voided" } });
			expect(await shop.ledger(ID)).toEqual([]);
		});

		const captured = async (token = "tok_ok") => {
			await place({ token });
			await inOrder("reserveStock", "authorizePayment", "allocateStock", "confirmOrder", "capturePayment");
			await write("requestCancel", { reason: "mistake" });
		};

		test("refunds what is captured, once however often it is made", async () => {
			await captured();
			for (const twice of [1, 2])
				expect([twice, await make("undoPayment")]).toMatchObject([twice, { undone: { status: "refunded" } }]);
			expect(await shop.ledger(ID)).toEqual(["authorize 2000", "capture 2000", "refund 2000"]);
		});

		test("refunds what is left of a payment that was refunded in part, of which the order has not heard", async () => {
			await captured();
			await call(shop.caller, Payments.refund, {
				...PAY,
				refundId: "ref_1",
				amount: { amount: 500, currency: "EUR" },
				reason: "scratch",
			});
			expect(await make("undoPayment")).toEqual({});
			expect(await current()).toMatchObject({ payment: { refunded: 500 } });
			expect(await make("undoPayment")).toMatchObject({ undone: { status: "refunded" } });
			expect(await shop.ledger(ID)).toEqual(["authorize 2000", "capture 2000", "refund 500", "refund 1500"]);
		});

		test("that the provider refuses withdraws the cancellation of a confirmed order", async () => {
			await captured("tok_refund_fails");
			expect(await make("undoPayment")).toBe("stop");
			expect(await current()).toMatchObject({ status: "confirmed", cancelling: null, payment: { refunded: 0 } });
			expect(await shop.stock(MUG)).toMatchObject({ allocated: 2 });
		});
	});

	test("cancelOrder records the payment as it is after it was undone", async () => {
		await place();
		await inOrder("reserveStock", "authorizePayment");
		await write("giveUp", { reason: "paymentDeclined" });
		await inOrder("undoPayment", "releaseStock", "cancelOrder");
		expect(await current()).toMatchObject({ status: "cancelled", cancelReason: "paymentDeclined", payment: { status: "voided" } });
	});

	test.each([
		["short", "outOfStock"],
		["held", "paymentDeclined"],
	] as const)("giveUp of an order whose reservation is %s gives the reason %s", async (reservation, reason) => {
		await place();
		progress = { ...progress, reservation };
		await make("giveUp");
		expect(await current()).toMatchObject({ status: "pending", cancelling: reason });
	});

	describe("wait", () => {
		beforeEach(async () => {
			await place({ token: "tok_requires_action" });
			await inOrder("reserveStock", "authorizePayment");
		});

		test("records what is known and stops until the reservation ends", async () => {
			shop.now = 1_000 + RESERVATION_TTL_MS - 1;
			expect(await make("wait")).toBe("stop");
			expect(await current()).toMatchObject({ status: "pending", cancelling: null, payment: { status: "requiresAction" } });
		});

		test("gives the order up when the reservation has ended", async () => {
			shop.now = 1_000 + RESERVATION_TTL_MS;
			expect(await make("wait")).toEqual({});
			expect(await current()).toMatchObject({ status: "pending", cancelling: "paymentExpired" });
		});
	});

	test("a service that does not answer ends the step and leaves the order as it is", async () => {
		await place({ provider: "none" });
		await make("reserveStock");
		const outcome = await make("authorizePayment").catch((cause: unknown) => cause);
		expect(isRejection(outcome)).toBe(false);
		expect(outcome).toMatchObject({ type: "PROVIDER_NOT_FOUND" });
		expect(await events()).toEqual([]);
	});
});
