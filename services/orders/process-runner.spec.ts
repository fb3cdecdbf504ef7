import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Actors } from "@mixins/actors/actor";
import { serviceError } from "@mixins/errors/service-errors";
import type { Store } from "@mixins/store/port";
import { sqliteStore } from "@mixins/store/sqlite";
import type { OrdersContext } from "./context";
import { LEASE_MS } from "./domain/lease";
import type { Placement } from "./domain/model";
import { order } from "./domain/order";
import { runProcess, type ProcessStart } from "./process-runner";
import { orders } from "./orders.store";
import { orderRecoverySweep } from "./sweep";

const META = { at: 1, actor: "guest", correlationId: "req_1", causationId: "req_1" };
const ID = "ord_1";
const LINE = {
	...{ id: "line_1", sku: "MUG-1", productId: "prod_1", variantId: "var_1", title: "Mug", variantTitle: "", imageUrl: null },
	...{ quantity: 2, unitPrice: 1_000, shippedQuantity: 0 },
};
const PLACEMENT = {
	...order.initial(ID),
	...{ number: "10001", cartId: "cart_1", cartVersion: 4, currency: "EUR", email: "ana@example.com", lines: [LINE], subtotal: 2_000 },
	...{ total: 2_000, paymentId: "pay_1", provider: "test", token: "tok_ok", placedAt: 1_000 },
} as Placement;

const PAYMENT_UNKNOWN = {
	...{ id: "pay_1", provider: "test", status: "unknown" as const, amount: 2_000, captured: 0, refunded: 0, refunds: [] },
	...{ nextAction: null, declineCode: null, version: 2 },
};

/** Runs the process against stubs of the services that it calls. */
describe("a process run", () => {
	let folder: string;
	let store: Store;
	let collection: OrdersContext["collection"];
	let now: number;
	/** Calls that began (">") and ended ("<"), without service names. */
	let calls: string[];
	let answers: Record<string, () => unknown>;

	const money = (amount: number) => ({ amount, currency: "EUR" });
	const payment = (status: string, version: number, captured = 0) => ({
		...{ id: "pay_1", orderId: ID, provider: "test", status, amount: money(2_000), version, refunds: [] },
		...{ capturedAmount: money(captured), refundedAmount: money(0) },
	});
	const caller = {
		async call(name: string) {
			const short = name.slice(name.indexOf(".") + 1);
			calls.push(`>${short}`);
			try {
				return await answers[short]!();
			} finally {
				calls.push(`<${short}`);
			}
		},
	};
	const refuse =
		(code: Parameters<typeof serviceError>[0], data: object = {}) =>
		() =>
			Promise.reject(Object.assign(serviceError(code), { data }));
	/** The context of one node: its own cache over the shared store. */
	const node = (): OrdersContext => ({
		collection,
		actors: new Actors(order, collection, { exclusive: false, limits: { batch: 1 } }),
		clock: () => now,
		nextNumber: () => Promise.resolve("10001"),
		autoCapture: true,
		runs: new Map(),
		observeStep: () => undefined,
	});
	const toPlace = (): ProcessStart => ({
		order: { ...order.initial(ID), ...PLACEMENT, status: "new" },
		version: 0,
		placement: PLACEMENT,
	});
	const buy = (context: OrdersContext) => runProcess(context, caller, ID, META, toPlace());
	const begun = () => calls.filter((call) => call.startsWith(">")).map((call) => call.slice(1));
	const events = async () =>
		(await collection.history(ID)).map((commit) => commit.events.map(({ type }) => type.replace("order.", "")).join("+"));

	beforeEach(async () => {
		folder = mkdtempSync(join(tmpdir(), "tianguis-orders-"));
		store = sqliteStore(join(folder, "store.db"));
		collection = store.collection(orders);
		await store.open();
		[now, calls] = [1_000, []];
		answers = {
			reserve: () => ({}),
			authorize: () => payment("authorized", 2),
			allocate: () => ({}),
			complete: () => ({}),
			capture: () => payment("captured", 3, 2_000),
			void: () => payment("voided", 3),
			release: () => ({}),
			reopen: () => ({}),
		};
	});
	afterEach(async () => {
		await store.close();
		rmSync(folder, { recursive: true });
	});

	test("runs independent steps concurrently and commits to the order three times", async () => {
		const ended = await buy(node());
		expect(ended.order).toMatchObject({ status: "confirmed", captureWanted: null, payment: { status: "captured" } });
		expect(begun()).toEqual(["reserve", "authorize", "allocate", "complete", "capture"]);
		expect(calls.slice(-4)).toEqual([">complete", ">capture", "<complete", "<capture"]);
		expect(await events()).toEqual(["placed", "paymentRecorded+confirmed", "paymentRecorded"]);
	});

	test("stamps each commit with its own time, which renews the lease", async () => {
		answers["authorize"] = () => ((now = 4_000), payment("authorized", 2));
		answers["capture"] = () => ((now = 9_000), payment("captured", 3, 2_000));
		expect((await buy(node())).order.updatedAt).toBe(9_000);
		expect((await collection.history(ID)).map(({ at }) => at)).toEqual([1_000, 4_000, 9_000]);
	});

	test("cancels an order without sufficient stock and does not call the provider", async () => {
		answers["reserve"] = refuse("OUT_OF_STOCK", { available: 1 });
		const { order: ended, shortages } = await buy(node());
		expect(ended).toMatchObject({ status: "cancelled", cancelReason: "outOfStock" });
		expect(shortages).toMatchObject([{ path: "/lines/0/quantity", sku: "MUG-1", available: 1 }]);
		expect(begun()).toEqual(["reserve", "void", "release", "reopen"]);
		expect(await events()).toEqual(["placed", "cancelRequested", "paymentRecorded+cancelled"]);
	});

	test("allocates a confirmed order of an interrupted run before completing its cart", async () => {
		answers["allocate"] = refuse("UNAVAILABLE");
		await expect(buy(node())).rejects.toMatchObject({ type: "UNAVAILABLE" });
		expect(await events()).toEqual(["placed", "paymentRecorded+confirmed"]);
		expect(begun()).not.toContain("complete");
		answers["allocate"] = () => ({});
		calls = [];
		await runProcess(node(), caller, ID, META);
		expect(begun()).toEqual(["allocate", "complete", "capture"]);
	});

	test("ends only after all steps that it began have ended", async () => {
		let failNow!: () => void;
		let goOn!: () => void;
		answers["complete"] = () => new Promise((_, fail) => (failNow = () => fail(serviceError("UNAVAILABLE"))));
		answers["capture"] = () => new Promise((done) => (goOn = () => done(payment("captured", 3, 2_000))));
		const context = node();
		const buying = buy(context).catch((cause: unknown) => cause);
		while (!calls.includes(">capture")) await new Promise(setImmediate);
		failNow();
		while (!calls.includes("<complete")) await new Promise(setImmediate);
		await new Promise(setImmediate);
		expect(context.runs.has(ID)).toBe(true);
		goOn();
		expect(await buying).toMatchObject({ type: "UNAVAILABLE" });
		expect(await events()).toContain("paymentRecorded");
		expect(context.runs.has(ID)).toBe(false);
	});

	test("compensates an order that another node cancels meanwhile, whatever this run has obtained", async () => {
		const there = node();
		answers["authorize"] = async () => {
			await there.actors.send(ID, "requestCancel", { reason: "mistake", at: now }, () => null, META);
			return payment("authorized", 2);
		};
		answers["allocate"] = refuse("ILLEGAL_TRANSITION");
		expect((await buy(node())).order).toMatchObject({ status: "cancelled", cancelReason: "mistake", payment: { status: "voided" } });
		expect(begun()).toEqual(["reserve", "authorize", "allocate", "void", "release", "reopen"]);
	});

	test("a request that is repeated after the cancellation releases what it took again", async () => {
		answers["authorize"] = () => ({ ...payment("declined", 2), declineCode: "INSUFFICIENT_FUNDS" });
		answers["void"] = answers["authorize"];
		await buy(node());
		const before = await events();
		calls = [];
		expect((await buy(node())).order).toMatchObject({ status: "cancelled", payment: { declineCode: "INSUFFICIENT_FUNDS" } });
		expect(begun()).toEqual(["reserve", "release", "reopen"]);
		expect(await events()).toEqual(before);
	});

	describe("with the recovery sweep", () => {
		const sweep = (context: OrdersContext) => {
			const failed: string[] = [];
			const run = orderRecoverySweep(
				context,
				() => caller,
				(id) => failed.push(id),
			);
			return { run, failed };
		};
		const dieAfterPlacing = async () => {
			answers["reserve"] = refuse("UNAVAILABLE");
			await buy(node()).catch(() => undefined);
			answers["reserve"] = () => ({});
			calls = [];
			await collection.count({}); // waits for deferred documents
		};

		test("leaves an order to its node until its lease ends, and no longer", async () => {
			await dieAfterPlacing();
			const { run, failed } = sweep(node());
			await run(1_000 + LEASE_MS - 1);
			expect(calls).toEqual([]);
			now = 1_000 + LEASE_MS + 1;
			await run(now);
			expect(await events()).toEqual(["placed", "paymentRecorded+confirmed", "paymentRecorded"]);
			expect(failed).toEqual([]);
		});

		test("does not trust documents: a later commit of another node renews the lease", async () => {
			await dieAfterPlacing();
			const context = node();
			now = 1_000 + LEASE_MS + 1;
			const { find } = collection;
			const old = await find.call(collection, { limit: 1 });
			const late = { ...context, collection: { ...collection, find: () => Promise.resolve(old) } };
			await node().actors.send(ID, "recordPayment", { payment: PAYMENT_UNKNOWN, at: now }, () => null, META);
			await sweep(late).run(now);
			expect(calls).toEqual([]);
		});

		test("does not start a run that is in progress on this node", async () => {
			await dieAfterPlacing();
			const context = node();
			now = 1_000 + LEASE_MS + 1;
			let goOn!: () => void;
			answers["reserve"] = () => new Promise((done) => (goOn = () => done({})));
			const running = runProcess(context, caller, ID, META);
			while (!calls.includes(">reserve")) await new Promise(setImmediate);
			await sweep(context).run(now);
			goOn();
			await running;
			expect(begun().filter((name) => name === "reserve")).toHaveLength(1);
		});
	});
});
