import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomId } from "@kernel/ids";
import { isRejection } from "@kernel/rejection";
import { sqliteStore } from "@mixins/store/sqlite";
import { eventually } from "@tests/support/world";
import { outbox as open, seen } from "./outbox";
import { pump } from "./pump";

const nobody = { call: () => Promise.reject(new Error("nobody is called")) };
const meta = { at: 1_000, actor: "test", correlationId: "test", causationId: "test" };
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
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

const filled = async (count: number) => {
	const made = await outbox();
	const queueing = Array.from({ length: count }, () =>
		made.queue(randomId("evt", 0), { template: "order-confirmation", orderId: "ord_1" }, "email", meta),
	);
	await Promise.all(queueing);
	return made;
};

/** Begins, then waits until it is let go. */
const slowly = (made: Awaited<ReturnType<typeof outbox>>, held: (started: number) => boolean) => {
	const releases: (() => void)[] = [];
	const tally = { started: 0, now: 0, most: 0, done: 0 };
	const send = async (_: unknown, id: string): Promise<boolean> => {
		if (isRejection(await made.actors.send(id, "begin", { at: meta.at }, seen, meta))) return false;
		tally.started += 1;
		tally.now += 1;
		tally.most = Math.max(tally.most, tally.now);
		if (held(tally.started)) await new Promise<void>((resolve) => releases.push(resolve));
		await made.actors.send(id, "succeed", { to: "***" }, () => null, meta);
		tally.now -= 1;
		tally.done += 1;
		return true;
	};
	const release = (): void => {
		for (const go of releases.splice(0)) go();
	};
	return { send, tally, release };
};

const started = async (
	made: Awaited<ReturnType<typeof outbox>>,
	send: (caller: unknown, id: string) => Promise<boolean>,
	{ clock = () => meta.at, isPressed = (): boolean => false } = {},
) => {
	const running = pump({ outbox: made, clock, send, onError: fail, isPressed });
	await running.start(nobody);
	closing.push(() => running.stop());
	return running;
};

const fail = (cause: unknown): never => {
	throw cause;
};

test("never more than eight at once", async () => {
	const made = await filled(30);
	const { send, tally, release } = slowly(made, () => true);
	await started(made, send);
	await eventually(() => tally.now === 8, "a full house");
	await eventually(() => {
		release();
		return tally.done === 30;
	}, "all sent");
	expect(tally).toMatchObject({ started: 30, most: 8 });
});

test("one that is slow holds up nobody but itself", async () => {
	const made = await filled(30);
	const { send, tally, release } = slowly(made, (nth) => nth === 1);
	closing.push(async () => {
		release();
	});
	await started(made, send);
	await eventually(() => tally.done === 29, "all others sent");
	release();
	await eventually(() => tally.done === 30, "all sent");
});

test("mails wait while the process has much to do, but not for ever", async () => {
	const made = await filled(3);
	const { send, tally } = slowly(made, () => false);
	const time = { now: meta.at, looks: 0 };
	const isPressed = (): boolean => (time.looks += 1) > 0;
	const running = await started(made, send, { clock: () => time.now, isPressed });
	await eventually(() => time.looks > 0, "it has looked");
	running.wake();
	await eventually(() => time.looks > 1, "it has looked again");
	expect(tally.started).toBe(0);
	time.now += 5_000;
	running.wake();
	await eventually(() => tally.done === 3, "all sent");
});

test("what is queued meanwhile needs no sweep", async () => {
	const made = await outbox();
	const { send, tally } = slowly(made, () => false);
	const running = await started(made, send);
	for (let nth = 1; nth <= 20; nth++) {
		await made.queue(randomId("evt", 0), { template: "order-confirmation", orderId: "ord_1" }, "email", meta);
		running.wake();
		await eventually(() => tally.done === nth, "it is sent", 900);
	}
});

test("after a start on a store of one's own, what was being sent is sent again", async () => {
	const made = await filled(3);
	const [first] = await made.collection.find({ limit: 1 });
	await made.actors.send(first!.id, "begin", { at: meta.at }, () => null, meta);
	const { send, tally } = slowly(made, () => false);
	await started(made, send);
	await eventually(() => tally.done === 3, "all sent");
	expect((await made.actors.read(first!.id, seen))?.attempts).toBe(2);
});
