import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRejection } from "@kernel/rejection";
import { systemRequest } from "@mixins/service/request";
import type { Store } from "@mixins/store/port";
import { sqliteStore } from "@mixins/store/sqlite";
import { ASK_LEASE_MS } from "./provider-calls";
import { paymentsContext, type PaymentsContext } from "./context";
import type { Authorization } from "./domain/payment";
import { paymentActions } from "./payment-actions";
import { payments } from "./payments.store";
import type { PaymentProvider, ProviderCall } from "./providers/port";
import { sweeper } from "./sweep";

const ID = "pay_1";
const PARAMS = { paymentId: ID, orderId: "ord_1", provider: "fake", token: "tok", amount: { amount: 1_000, currency: "EUR" } };

describe("the recovery sweep of payments", () => {
	let folder: string;
	let store: Store;
	let now: number;
	let asked: string[];
	let answer: (call: ProviderCall) => Promise<Authorization>;
	let collection: PaymentsContext["collection"];

	const noted = async <T>({ key }: ProviderCall, outcome: T): Promise<T> => (asked.push(key), outcome);
	const provider = {
		name: "fake",
		authorize: (call: ProviderCall) => (asked.push(call.key), answer(call)),
		capture: (call: ProviderCall) => noted(call, undefined),
		refund: (call: ProviderCall) => noted(call, undefined),
	} as unknown as PaymentProvider;
	/** Context of one node, with its own memory and the shared store. */
	const node = (): PaymentsContext => {
		const shared = { ...store, exclusive: false, collection: () => collection } as unknown as Store;
		return paymentsContext(shared, new Map([["fake", provider]]), () => now);
	};
	const request = () => systemRequest({ call: () => Promise.reject(new Error("no calls here")) }, "test", now);
	const authorize = (context: PaymentsContext) => paymentActions(context).authorize(PARAMS, request());
	const sweep = async (context: PaymentsContext): Promise<string[]> => {
		const failed: string[] = [];
		await collection.count({}); // waits for documents, which are written late
		await sweeper(context, (id) => failed.push(id))(now);
		return failed;
	};
	const events = async () =>
		(await collection.history(ID)).flatMap((commit) => commit.events.map(({ type }) => type.replace("payment.", "")));
	let wake: (() => Promise<unknown>) | undefined;
	/** A node that calls the provider and never gets a response before the end of the test. */
	const die = async () => {
		let fail!: (cause: Error) => void;
		answer = () => new Promise((_, reject) => (fail = reject));
		const hanging = authorize(node());
		wake = () => (fail(new Error("the test is over")), hanging);
		while (asked.length === 0) await new Promise(setImmediate);
		asked = [];
		answer = () => Promise.resolve({ status: "authorized" });
	};

	beforeEach(async () => {
		[now, asked] = [1_000, []];
		answer = () => Promise.resolve({ status: "authorized" });
		folder = mkdtempSync(join(tmpdir(), "tianguis-payments-"));
		store = sqliteStore(join(folder, "store.db"));
		collection = store.collection(payments);
		await store.open();
	});
	afterEach(async () => {
		await wake?.();
		wake = undefined;
		await store.close();
		rmSync(folder, { recursive: true });
	});

	test("waits for the lease of the calling node, then repeats the call with the same key and publishes the result", async () => {
		await die();
		now = 1_000 + ASK_LEASE_MS - 1;
		await sweep(node());
		expect(asked).toEqual([]);
		now = 1_000 + ASK_LEASE_MS + 1;
		expect(await sweep(node())).toEqual([]);
		expect(asked).toEqual([`${ID}:authorize`]);
		expect(await events()).toEqual(["requested", "authorized", "changed"]);
	});

	test("no lease exceeds 7 s, so that another node's sweep takes over within 10 s", () => {
		expect(ASK_LEASE_MS).toBeLessThanOrEqual(7_000);
	});

	test("does not repeat a call in progress on this node", async () => {
		let goOn!: (authorization: Authorization) => void;
		answer = () => new Promise((done) => (goOn = done));
		const context = node();
		const authorizing = authorize(context);
		while (asked.length === 0) await new Promise(setImmediate);
		now += ASK_LEASE_MS + 1;
		await sweep(context);
		goOn({ status: "authorized" });
		expect(isRejection(await authorizing)).toBe(false);
		expect(asked).toHaveLength(1);
		expect(await events()).toEqual(["requested", "authorized"]);
	});

	test("does not rely on a document older than the response", async () => {
		await die();
		now = 1_000 + ASK_LEASE_MS + 1;
		await collection.count({});
		const old = await collection.find({ limit: 1 });
		await authorize(node());
		asked = [];
		const late = { ...node(), collection: { ...collection, find: () => Promise.resolve(old) } };
		await sweep(late);
		expect(asked).toEqual([]);
		expect(await events()).toEqual(["requested", "authorized"]);
	});

	test("repeats a refund that a node left open", async () => {
		const context = node();
		await authorize(context);
		await paymentActions(context).capture({ paymentId: ID }, request());
		const command = { refundId: "ref_1", amount: 400, currency: "EUR", reason: "broken", dueAt: now + ASK_LEASE_MS };
		await context.actors.send(ID, "requestRefund", command, () => null, request().cause);
		asked = [];
		now += ASK_LEASE_MS + 1;
		expect(await sweep(node())).toEqual([]);
		expect(asked).toEqual([`${ID}:refund:ref_1`]);
		expect((await events()).slice(-2)).toEqual(["refunded", "changed"]);
	});
});
