import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomId } from "@kernel/ids";
import { isRejection } from "@kernel/rejection";
import { sqliteStore } from "@mixins/store/sqlite";
import { eventually } from "@tests/support/world";
import { notificationQueue as open, notificationSnapshot } from "./notification-queue";
import { deliveryWorker, type Job } from "./delivery-worker";

const nobody = { call: () => Promise.reject(new Error("no calls expected")) };
const START = 1_000;
const meta = { at: START, actor: "test", correlationId: "test", causationId: "test" };
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
	meta.at = START;
	for (const close of closing.splice(0).reverse()) await close();
});

const outbox = async () => {
	const folder = mkdtempSync(join(tmpdir(), "outbox-"));
	const store = sqliteStore(join(folder, "test.db"));
	const made = open(store);
	await store.open();
	closing.push(async () => {
		await store.close();
		rmSync(folder, { recursive: true });
	});
	return made;
};

const news = { template: "order-confirmation", orderId: "ord_1" } as const;
type Made = Awaited<ReturnType<typeof outbox>>;

const filled = async (count: number) => {
	const made = await outbox();
	await Promise.all(Array.from({ length: count }, () => made.enqueue(randomId("evt", 0), news, "email", meta, false)));
	return made;
};

/** Takes the lease if needed, then waits until the test releases the attempt. */
const slowly = (made: Made, held: (started: number) => boolean) => {
	const releases: (() => void)[] = [];
	const tally = { started: 0, now: 0, most: 0, done: 0, begun: 0 };
	const send = async (_: unknown, { id, begun }: Job): Promise<null> => {
		if (!begun && isRejection(await made.actors.send(id, "begin", { at: meta.at }, notificationSnapshot, meta))) return null;
		if (begun) tally.begun += 1;
		tally.started += 1;
		tally.now += 1;
		tally.most = Math.max(tally.most, tally.now);
		if (held(tally.started)) await new Promise<void>((resolve) => releases.push(resolve));
		await made.actors.send(id, "succeed", { to: "***" }, () => null, meta);
		tally.now -= 1;
		tally.done += 1;
		return null;
	};
	const release = (): void => {
		for (const go of releases.splice(0)) go();
	};
	closing.push(async () => release());
	return { send, tally, release };
};

const fail = (cause: unknown): never => {
	throw cause;
};

type Options = Partial<Parameters<typeof deliveryWorker>[0]>;

const started = async (made: Made, send: Required<Options>["send"], options: Options = {}) => {
	const running = deliveryWorker({ outbox: made, clock: () => meta.at, send, onError: fail, isPressed: () => false, ...options });
	await running.start(nobody);
	closing.push(() => running.stop());
	return running;
};

/** Queues a notification like a consumer. */
const queue = async (made: Made, running: Awaited<ReturnType<typeof started>>, at = meta.at): Promise<string> => {
	const queued = await made.enqueue(randomId("evt", 0), news, "email", { ...meta, at }, running.hasRoom());
	running.accept(queued!);
	return queued!.id;
};

const stateOf = (made: Made, id: string) => made.actors.read(id, notificationSnapshot);

/** Counts the queries of the collection. */
const counting = (made: Made) => {
	const find = jest.spyOn(made.collection, "find");
	return () => find.mock.calls.length;
};

test("at most 16 notifications are sent concurrently", async () => {
	const made = await filled(40);
	const { send, tally, release } = slowly(made, () => true);
	await started(made, send);
	await eventually(() => tally.now === 16, "the maximum concurrency");
	await eventually(() => {
		release();
		return tally.done === 40;
	}, "all sent");
	expect(tally).toMatchObject({ started: 40, most: 16 });
});

test("a slow notification does not delay others", async () => {
	const made = await filled(40);
	const { send, tally, release } = slowly(made, (nth) => nth === 1);
	await started(made, send);
	await eventually(() => tally.done === 39, "all others sent");
	release();
	await eventually(() => tally.done === 40, "all sent");
});

test("a notification queued by this node is sent under its initial lease without a query", async () => {
	const made = await outbox();
	const { send, tally } = slowly(made, () => false);
	const running = await started(made, send);
	const finds = counting(made);
	const ids = await Promise.all(Array.from({ length: 40 }, () => queue(made, running)));
	await eventually(() => tally.done === 40, "all sent");
	expect(tally.begun).toBe(40);
	expect(await stateOf(made, ids[0]!)).toMatchObject({ status: "sent", attempts: 1 });
	expect(await made.collection.history(ids[0]!)).toHaveLength(2);
	expect(finds()).toBe(0);
});

test("a notification that is queued twice is sent once", async () => {
	const made = await outbox();
	const { send, tally, release } = slowly(made, (nth) => nth === 1);
	const running = await started(made, send);
	const queued = (await made.enqueue("evt_1", news, "email", meta, true))!;
	expect(await made.enqueue("evt_1", news, "email", meta, true)).toBeUndefined();
	running.accept(queued);
	running.accept(queued);
	await eventually(() => tally.started === 1, "the attempt has started");
	running.accept(queued);
	await queue(made, running);
	await eventually(() => tally.done === 1, "the other notification is sent");
	release();
	await eventually(() => tally.done === 2, "both are sent");
	expect(tally.started).toBe(2);
});

test("notifications beyond the memory limit are read from the store later", async () => {
	const made = await outbox();
	const { send, tally, release } = slowly(made, () => true);
	const running = await started(made, send, { maxWaiting: 5 });
	while (running.hasRoom()) await queue(made, running);
	const plain = await queue(made, running);
	expect(await stateOf(made, plain)).toMatchObject({ status: "queued", attempts: 0 });
	await eventually(async () => {
		release();
		return (await stateOf(made, plain))?.status === "sent";
	}, "it is sent");
	expect(tally.started).toBe(tally.begun + 1);
});

test("under load mails are sent slowly, and faster once they have waited for long", async () => {
	const made = await outbox();
	const { send, tally } = slowly(made, () => false);
	const time = { now: meta.at };
	const running = await started(made, send, { clock: () => time.now, isPressed: () => true });
	await Promise.all(Array.from({ length: 64 }, () => queue(made, running)));
	await eventually(() => tally.done > 0, "the first notifications are sent");
	expect(tally.done).toBeLessThanOrEqual(16);
	const before = performance.now();
	time.now += 5_000;
	await eventually(() => tally.done === 64, "all sent");
	expect(performance.now() - before).toBeGreaterThanOrEqual(2 * 50); // at least two pauses
});

test("a notification whose lease could expire during the attempt is left to the store", async () => {
	const made = await outbox();
	const { send, tally, release } = slowly(made, () => true);
	const time = { now: meta.at };
	const running = await started(made, send, { clock: () => time.now });
	const ids: string[] = [];
	for (let n = 0; n < 17; n++) ids.push(await queue(made, running));
	await eventually(() => tally.now === 16, "the maximum concurrency");
	time.now += 60_000;
	release();
	await eventually(() => tally.done === 16, "the first 16 are sent");
	expect(tally.started).toBe(16);
	expect(await stateOf(made, ids[16]!)).toMatchObject({ status: "sending" });
	meta.at = time.now += 120_000;
	await eventually(() => {
		release();
		return tally.done === 17;
	}, "it is sent after its lease");
	expect(await stateOf(made, ids[16]!)).toMatchObject({ status: "sent", attempts: 2 });
});

test("an exclusive store is read at the start and when a notification is due, and not otherwise", async () => {
	const made = await outbox();
	const time = { now: meta.at };
	const delayed: string[] = [];
	const finds = counting(made);
	const send = async (_: unknown, { id, begun }: Job): Promise<number | null> => {
		if (delayed.length === 0) {
			delayed.push(id);
			const { dueAt } = await made.actors.send(
				id,
				"fail",
				{ attempt: 1, permanent: false, error: "451", at: time.now },
				notificationSnapshot,
				meta,
			);
			return dueAt;
		}
		delayed.push(begun ? "begun" : id);
		return null;
	};
	const running = await started(made, send, { clock: () => time.now });
	await eventually(() => finds() === 2, "the takeover and the first read");
	const id = await queue(made, running);
	await eventually(() => delayed.length === 1, "the first attempt fails");
	expect(finds()).toBe(2);
	time.now = (await eventually(() => stateOf(made, id), "its state")).dueAt!;
	await eventually(() => delayed.length === 2, "the second attempt fails");
	expect(delayed).toEqual([id, id]);
	expect(finds()).toBe(3);
});

test("a failed read of the store is retried", async () => {
	const made = await filled(1);
	const { send, tally } = slowly(made, () => false);
	const errors: unknown[] = [];
	const find = made.collection.find.bind(made.collection);
	let broken = true;
	jest.spyOn(made.collection, "find").mockImplementation((query) =>
		broken && query.where?.["status"] === undefined ? Promise.reject(new Error("unavailable")) : find(query),
	);
	await started(made, send, { onError: (cause) => errors.push(cause) });
	await eventually(() => errors.length > 0, "a failed read");
	broken = false;
	await eventually(() => tally.done === 1, "it is sent");
});

test("an attempt with an unknown outcome is repeated when its lease has expired", async () => {
	const made = await outbox();
	const time = { now: meta.at };
	const errors: unknown[] = [];
	const jobs: Job[] = [];
	const send = async (_: unknown, job: Job): Promise<null> => {
		jobs.push(job);
		if (jobs.length === 1) throw new Error("the store is unavailable");
		return null;
	};
	const running = await started(made, send, { clock: () => time.now, onError: (cause) => errors.push(cause) });
	const id = await queue(made, running);
	await eventually(() => errors.length === 1, "a failed attempt");
	time.now += 120_000;
	await eventually(() => jobs.length === 2, "a second attempt");
	expect(jobs[1]).toMatchObject({ id });
	expect(jobs[1]?.begun).toBeUndefined();
});

test("after a start on an exclusive store, unfinished notifications are sent again", async () => {
	const made = await filled(3);
	const [first] = await made.collection.find({ limit: 1 });
	await made.actors.send(first!.id, "begin", { at: meta.at }, () => null, meta);
	const { send, tally } = slowly(made, () => false);
	await started(made, send);
	await eventually(() => tally.done === 3, "all sent");
	expect((await stateOf(made, first!.id))?.attempts).toBe(2);
});

test("a stop releases notifications that were not started", async () => {
	const made = await outbox();
	const { send, tally, release } = slowly(made, () => true);
	const running = await started(made, send);
	const ids: string[] = [];
	for (let n = 0; n < 17; n++) ids.push(await queue(made, running));
	await eventually(() => tally.now === 16, "the maximum concurrency");
	const stopping = running.stop();
	await eventually(async () => (await stateOf(made, ids[16]!))?.status === "queued", "the released lease");
	release();
	await stopping;
	expect(tally).toMatchObject({ started: 16, done: 16 });
	expect(running.hasRoom()).toBe(false);
});

describe("with a shared store", () => {
	const shared = async () => ({ ...(await outbox()), exclusive: false });

	test("the preferred host sends abandoned notifications after their lease", async () => {
		const made = await shared();
		const time = { now: meta.at };
		const left = (await made.enqueue("evt_1", news, "email", meta, true))!;
		const { send, tally } = slowly(made, () => false);
		const finds = counting(made);
		await started(made, send, { clock: () => time.now });
		await eventually(() => finds() > 0, "a read of the store");
		expect((await stateOf(made, left.id))?.status).toBe("sending");
		meta.at = time.now += 120_000;
		await eventually(() => tally.done === 1, "it is sent");
		expect(await stateOf(made, left.id)).toMatchObject({ status: "sent", attempts: 2 });
	});

	test("a lease of another node is respected", async () => {
		const made = await shared();
		const time = { now: meta.at };
		await made.enqueue("evt_1", news, "email", meta, true);
		const { send, tally } = slowly(made, () => false);
		const finds = counting(made);
		const running = await started(made, send, { clock: () => time.now });
		await eventually(() => finds() > 0, "a read of the store");
		await queue(made, running);
		await eventually(() => tally.done === 1, "the own notification is sent");
		expect(tally.started).toBe(1);
	});
});
