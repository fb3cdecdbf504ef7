import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "@mixins/store/port";
import { sqliteStore } from "@mixins/store/sqlite";
import { paymentsContext, seen, stored, type PaymentsContext } from "./context";
import { answered, ASK_LEASE_MS, authorize, providerCall, refund } from "./provider-calls";
import { ProviderError, type PaymentProvider, type ProviderCall } from "./providers/port";

const ID = "pay_1";
const CAUSE = { at: 1, actor: "test", correlationId: "req_1", causationId: "req_1" };
const EUR = "EUR";

describe("calls to a payment provider", () => {
	let folder: string;
	let store: Store;
	let context: PaymentsContext;
	let now: number;
	/** Idempotency keys in the order in which the provider received them. */
	let keys: string[];
	/** Answers by attempt; the last one repeats. */
	let answers: (() => Promise<unknown>)[];

	const receive = (call: ProviderCall): Promise<unknown> => {
		keys.push(call.key);
		return (answers.length > 1 ? answers.shift() : answers[0])!();
	};
	const provider = { name: "fake", authorize: receive, refund: receive } as unknown as PaymentProvider;
	const fails = (cause: Error) => () => Promise.reject(cause);
	const failsKnown = fails(new ProviderError());
	const failsUnknown = fails(new Error("connection reset"));
	const authorized = () => Promise.resolve({ status: "authorized" });
	const never = () => new Promise<never>(() => undefined);

	const requested = async () => {
		const command = { orderId: "ord_1", provider: "fake", token: "tok", amount: 1_000, currency: EUR, dueAt: now + ASK_LEASE_MS };
		return (await context.actors.create(ID, "request", command, seen, CAUSE)).state;
	};
	const askAuthorization = async (tell = false) => (await authorize(context, await requested(), tell, CAUSE)).state;
	const current = async () => (await stored(context, ID))!.state;
	const events = async () =>
		(await context.collection.history(ID)).flatMap((commit) => commit.events.map(({ type }) => type.replace("payment.", "")));

	beforeEach(async () => {
		[now, keys, answers] = [1_000, [], [authorized]];
		folder = mkdtempSync(join(tmpdir(), "tianguis-payments-"));
		store = sqliteStore(join(folder, "store.db"));
		context = paymentsContext(store, new Map([["fake", provider]]), () => now);
		await store.open();
	});
	afterEach(async () => {
		await store.close();
		rmSync(folder, { recursive: true });
	});

	test("what is asked has one key for ever, of the payment and the operation", async () => {
		const state = await requested();
		expect(providerCall(state, "capture", 400)).toEqual({
			...{ key: "pay_1:capture", paymentId: ID, orderId: "ord_1" },
			amount: { amount: 400, currency: EUR },
		});
	});

	describe("an authorization", () => {
		test("that the provider surely did not make is asked for again under the same key", async () => {
			answers = [failsKnown, failsKnown, authorized];
			expect(await askAuthorization()).toMatchObject({ status: "authorized", dueAt: null });
			expect(keys).toEqual(["pay_1:authorize", "pay_1:authorize", "pay_1:authorize"]);
		});

		test("is given up after three attempts as unknown, and is due again", async () => {
			answers = [failsKnown];
			expect(await askAuthorization()).toMatchObject({ status: "unknown", dueAt: 3_000 });
			expect(keys).toHaveLength(3);
		});

		test("of unknown outcome is not repeated at once, and stays unknown until it is asked again under the same key", async () => {
			answers = [failsUnknown, authorized];
			const lost = await askAuthorization();
			expect(lost).toMatchObject({ status: "unknown", dueAt: 3_000 });
			expect(keys).toHaveLength(1);
			now = 5_000;
			expect((await authorize(context, lost, true, CAUSE)).state).toMatchObject({ status: "authorized", dueAt: null });
			expect(keys).toEqual(["pay_1:authorize", "pay_1:authorize"]);
			expect(await events()).toEqual(["requested", "lost", "authorized", "changed"]);
		});

		test("without a response within the deadline is unknown", async () => {
			answers = [never];
			expect(await askAuthorization()).toMatchObject({ status: "unknown" });
			expect(context.asking.size).toBe(0);
		});

		test("that is declined is an answer, and is not asked for again", async () => {
			answers = [() => Promise.resolve({ status: "declined", code: "INSUFFICIENT_FUNDS" })];
			expect(await askAuthorization()).toMatchObject({ status: "declined", declineCode: "INSUFFICIENT_FUNDS", dueAt: null });
			expect(keys).toHaveLength(1);
		});

		test("is marked as being asked for only while it is", async () => {
			let answer!: (outcome: object) => void;
			answers = [() => new Promise((resolve) => (answer = resolve))];
			const state = await requested();
			const asking = authorize(context, state, false, CAUSE);
			expect([...context.asking]).toEqual([ID]);
			answer({ status: "authorized" });
			await asking;
			expect(context.asking.size).toBe(0);
		});

		test("of a provider that this node does not have leaves the payment as it is", async () => {
			const state = { ...(await requested()), provider: "gone" };
			await expect(authorize(context, state, false, CAUSE)).rejects.toThrow("gone");
			expect(await events()).toEqual(["requested"]);
			expect(context.asking.size).toBe(0);
		});
	});

	describe("a refund", () => {
		const toRefund = async () => {
			await askAuthorization();
			await context.actors.send(ID, "capture", { amount: 1_000 }, () => null, CAUSE);
			const command = { refundId: "ref_1", amount: 400, currency: EUR, reason: "broken", dueAt: now + ASK_LEASE_MS };
			await context.actors.send(ID, "requestRefund", command, () => null, CAUSE);
			keys = [];
		};
		const ask = async () => refund(context, await current(), "ref_1", false, CAUSE);

		test("that is made is recorded, and not asked for again", async () => {
			await toRefund();
			answers = [() => Promise.resolve(undefined)];
			expect([await ask(), await ask()]).toEqual(["done", "done"]);
			expect(keys).toEqual(["pay_1:refund:ref_1"]);
			expect(await current()).toMatchObject({ status: "partiallyRefunded", dueAt: null });
		});

		test("that the provider refuses releases the amount that was set aside", async () => {
			await toRefund();
			answers = [failsKnown];
			expect(await ask()).toBe("failed");
			expect(await current()).toMatchObject({ status: "captured", refunds: [], dueAt: null });
			expect(await ask()).toBe("failed");
			expect(keys).toHaveLength(1);
		});

		test("of unknown outcome stays open and is asked for again under the same key", async () => {
			await toRefund();
			answers = [failsUnknown, () => Promise.resolve(undefined)];
			expect(await ask()).toBe("unknown");
			expect(await current()).toMatchObject({ status: "captured", refunds: [{ id: "ref_1", done: false }] });
			expect((await current()).dueAt).not.toBeNull();
			expect(await ask()).toBe("done");
			expect(keys).toEqual(["pay_1:refund:ref_1", "pay_1:refund:ref_1"]);
		});
	});

	test("a capture or void is done, refused or of unknown outcome", async () => {
		expect(await answered(Promise.resolve())).toBeUndefined();
		expect(await answered(Promise.reject(new ProviderError()))).toMatchObject({ rejected: "PROVIDER_ERROR" });
		await expect(answered(Promise.reject(new Error("connection reset")))).rejects.toMatchObject({ type: "UNAVAILABLE" });
	});
});
