import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decider } from "@kernel/decider";
import type { CommitMeta } from "@kernel/cloud-event";
import type { MetricOptions, Labels, Metrics, Read } from "../observability/metrics";
import { Actors } from "../actors/actor";
import { measuredStore } from "./measured-store";
import type { Kind, Store } from "./port";
import { sqliteStore } from "./sqlite";

/** Metrics that record their values, by name and labels. */
const remembering = () => {
	const values = new Map<string, number[]>();
	const reads = new Map<string, Read<string>[]>();
	const of = (about: MetricOptions<string>, labels: Labels<string>) => {
		const key = [about.name, ...(about.labels ?? []).map((name) => labels[name])].join(" ");
		if (!values.has(key)) values.set(key, []);
		return (value = 1) => void values.get(key)!.push(value);
	};
	const instrument = (about: MetricOptions<string>) => ({ labels: (labels: Labels<string>) => of(about, labels) });
	const pull = (about: MetricOptions<string>, read: Read<string>) => void reads.set(about.name, [...(reads.get(about.name) ?? []), read]);
	return {
		metrics: { counter: instrument, histogram: instrument, gauge: pull, total: pull } as unknown as Metrics,
		sum: (key: string) => values.get(key)?.reduce((total, value) => total + value, 0),
		count: (key: string) => values.get(key)?.length,
		gauge: (name: string) =>
			reads
				.get(name)
				?.flatMap((read) => [...read()])
				.reduce((total, { value }) => total + value, 0),
	};
};

interface Door {
	readonly open: boolean;
}
type DoorEvent = { readonly type: "door.opened"; readonly why: string } | { readonly type: "door.shut" };

const door = decider<Door, DoorEvent>()({
	initial: () => ({ open: false }),
	commands: {
		open: ({ why }: { why: string }, { open }: Door): readonly DoorEvent[] => (open ? [] : [{ type: "door.opened", why }]),
		shut: (_: object, { open }: Door): readonly DoorEvent[] => (open ? [{ type: "door.shut" }] : []),
	},
	evolve: (_, { type }) => ({ open: type === "door.opened" }),
});

const doors: Kind<Door, DoorEvent> = {
	name: "door",
	revision: 1,
	initial: door.initial,
	evolve: door.evolve,
	fields: {},
	publishes: [],
	counters: {
		"door.opened": {
			name: "doors_opened_total",
			help: "Opened.",
			label: { name: "why", words: ["guest", "mail"], of: (event) => (event.type === "door.opened" ? event.why : "") },
		},
		"door.shut": { name: "doors_shut_total", help: "Shut." },
	},
};

const meta: CommitMeta = { at: 1, actor: "somebody", correlationId: "req_1", causationId: "req_1" };

describe("a measured store", () => {
	let path: string;
	let store: Store;
	let told: ReturnType<typeof remembering>;

	const opened = async () => {
		told = remembering();
		store = measuredStore(sqliteStore(join(path, "store.db")), told.metrics);
		const collection = store.collection(doors);
		await store.open();
		return collection;
	};

	beforeEach(() => {
		path = mkdtempSync(join(tmpdir(), "tianguis-"));
	});
	afterEach(async () => {
		await store.close();
		rmSync(path, { recursive: true });
	});

	test("counts what was committed, once, and nothing that came to nothing", async () => {
		const actors = new Actors(door, await opened(), { exclusive: true });
		for (const why of ["guest", "guest", "mail"]) {
			await actors.send("a", "open", { why }, () => null, meta);
			await actors.send("a", "open", { why }, () => null, meta); // repeats the command, which commits nothing
			await actors.send("a", "shut", {}, () => null, meta);
		}
		expect(told.sum("doors_opened_total guest")).toBe(2);
		expect(told.sum("doors_opened_total mail")).toBe(1);
		expect(told.sum("doors_shut_total")).toBe(3);
		expect(told.count("tianguis_commit_duration_seconds door")).toBe(6);
		expect(told.sum("tianguis_commit_conflicts_total door")).toBe(0);
	});

	test("a word of somebody else's counts as other", async () => {
		const actors = new Actors(door, await opened(), { exclusive: true });
		await actors.send("a", "open", { why: "because ana@example.com rang" }, () => null, meta);
		expect(told.sum("doors_opened_total other")).toBe(1);
	});

	test("a commit that another was first with is a conflict, and does not count; the one that follows it does", async () => {
		const collection = await opened();
		const event: DoorEvent = { type: "door.opened", why: "guest" };
		expect(await collection.commit("a", 0, [event], { open: true }, meta)).toBe(true);
		expect(await collection.commit("a", 0, [event], { open: true }, meta)).toBe(false);
		expect(told.sum("doors_opened_total guest")).toBe(1);
		expect(told.sum("tianguis_commit_conflicts_total door")).toBe(1);
	});

	test("a commit of which nobody knows does not count", async () => {
		const inner = sqliteStore(join(path, "store.db"));
		told = remembering();
		store = measuredStore(
			{
				...inner,
				collection: (kind) => ({ ...inner.collection(kind), commit: () => Promise.reject(new Error("the connection is lost")) }),
			},
			told.metrics,
		);
		const collection = store.collection(doors);
		await store.open();
		await expect(collection.commit("a", 0, [{ type: "door.shut" }], { open: false }, meta)).rejects.toThrow();
		expect(told.sum("doors_shut_total")).toBe(0);
		expect(told.sum("tianguis_commit_failures_total door")).toBe(1);
	});

	test("how many letters share an answer, wait, and live", async () => {
		const actors = new Actors(door, await opened(), { exclusive: true, limits: { mailbox: 3 } });
		const sent = [1, 2, 3, 4].map(() => actors.send("a", "shut", {}, () => null, meta));
		expect(told.gauge("tianguis_actor_mailbox_depth")).toBe(3);
		const answers = await Promise.allSettled(sent);
		expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected"]);
		expect(told.sum("tianguis_actor_batch_size door")).toBe(3);
		expect(told.count("tianguis_actor_batch_size door")).toBe(1);
		expect(told.sum("tianguis_actor_mailbox_full_total door")).toBe(1);
		expect(told.gauge("tianguis_actors_active")).toBe(1);
		expect(told.gauge("tianguis_actor_mailbox_depth")).toBe(0);
	});
});
