import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rang, rang } from "@tests/support/bus-conformance";
import { describeMongo, startMongo, type Mongo } from "@tests/support/mongo";
import { eventually } from "@tests/support/world";
import { mongoStore } from "../store/mongo";
import { sqliteStore } from "../store/sqlite";
import { subscription } from "./event-bus";
import { redelivery } from "./redelivery";

const HOUR_MS = 3_600_000;
const refuse = () => Promise.reject(new Error("not now"));

describeMongo("redelivery where several processes share the store", () => {
	let mongo: Mongo;
	let database: string;
	let count = 0;
	let now: number;
	const stopping: (() => Promise<void>)[] = [];
	beforeAll(async () => {
		mongo = await startMongo();
	}, 60_000);
	afterAll(() => mongo.stop());
	beforeEach(() => {
		database = `tianguis_redelivery_${process.pid}_${count++}`;
		now = 1_000_000;
	});
	afterEach(async () => {
		for (const stop of stopping.splice(0)) await stop();
		await mongo.drop(database);
	});

	/** One process with one consumer. */
	const node = async (handle: (subject: string, times: number) => Promise<void>, isFirst?: () => boolean) => {
		const store = mongoStore(mongo.url(database), "tests");
		const made = redelivery(
			store,
			() => now,
			() => undefined,
			isFirst,
		);
		stopping.push(async () => {
			await made.stop();
			await store.close();
		});
		await store.open();
		const consumer = subscription({ name: "one", event: Rang, handle: ({ subject, data }) => handle(subject, data.times) });
		made.subscribe(consumer);
		return { ...made, deliver: (subject: string, sequence: number) => made.deliver(consumer, rang(subject, sequence)) };
	};

	test("an event waits behind an earlier one that another process keeps", async () => {
		const heard: number[] = [];
		const [one, other] = [await node(refuse), await node((_, times) => Promise.resolve(void heard.push(times)))];
		await one.deliver("a", 1);
		await other.deliver("a", 2);
		expect(heard).toEqual([]);
		now += HOUR_MS;
		await other.start();
		await eventually(() => heard.length === 2, "both are taken");
		expect(heard).toEqual([1, 2]);
	});

	test("what a dead process keeps is looked for by the first, soon", async () => {
		const heard: number[] = [];
		const dead = await node(refuse);
		const first = await node(
			(_, times) => Promise.resolve(void heard.push(times)),
			() => true,
		);
		await dead.deliver("a", 1);
		now += HOUR_MS;
		await first.start();
		await eventually(() => heard.length === 1, "it is taken");
	}, 20_000);

	test("dead letters are counted", async () => {
		const one = await node(refuse);
		await one.park("one", rang("a", 1), "it kills");
		await one.park("one", rang("a", 2), "it kills");
		await one.deliver("b", 1);
		expect(await one.countDeadLetters()).toBe(2);
	});
});

test("a subject with many events behind a failed one does not keep others from their next attempt", async () => {
	const folder = mkdtempSync(join(tmpdir(), "tianguis-redelivery-"));
	const store = { ...sqliteStore(join(folder, "store.db")), exclusive: false };
	let now = 1_000_000;
	const made = redelivery(
		store,
		() => now,
		() => undefined,
	);
	await store.open();
	const heard: string[] = [];
	const consumer = subscription({
		name: "one",
		event: Rang,
		handle({ subject }) {
			heard.push(subject);
			return subject === "blocked" || heard.length === 1 ? refuse() : Promise.resolve();
		},
	});
	made.subscribe(consumer);
	await made.deliver(consumer, rang("other", 1)); // due after 200 ms
	await made.deliver(consumer, rang("blocked", 1));
	now -= 10; // makes the events queued behind "blocked" due before "other"
	await Promise.all(Array.from({ length: 600 }, (_, index) => made.deliver(consumer, rang("blocked", index + 2))));
	now += 210;
	await made.start();
	await eventually(() => heard.filter((subject) => subject === "other").length === 2, "it is tried again");
	await made.stop();
	await store.close();
	rmSync(folder, { recursive: true });
}, 30_000);
