import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decider } from "@kernel/decider";
import { reject } from "@kernel/rejection";
import { Actors } from "./actor";
import type { Collection, Store } from "./store/port";
import { sqliteStore } from "./store/sqlite";

interface Purse {
	coins: number;
}
interface PurseEvent {
	readonly type: "purse.changed";
	readonly by: number;
}

const purse = decider<Purse, PurseEvent>()({
	initial: () => ({ coins: 0 }),
	commands: {
		put: ({ coins }: { coins: number }): readonly PurseEvent[] => (coins === 0 ? [] : [{ type: "purse.changed", by: coins }]),
		take: ({ coins }: { coins: number }, state: Purse) =>
			coins > state.coins ? reject("STOCK_TOO_LOW") : [{ type: "purse.changed" as const, by: -coins }],
	},
	evolve: (state, { by }) => {
		state.coins += by;
		return state;
	},
});

const meta = { at: 1, actor: "somebody", correlationId: "req_1", causationId: "req_1" };
const coins = (state: Purse, version: number) => ({ coins: state.coins, version });

describe("actors", () => {
	let folder: string;
	let store: Store;
	let collection: Collection<Purse, PurseEvent>;

	beforeEach(async () => {
		folder = mkdtempSync(join(tmpdir(), "tianguis-actor-"));
		store = sqliteStore(join(folder, "store.db"));
		collection = store.collection({
			name: "purse",
			revision: 1,
			initial: purse.initial,
			evolve: purse.evolve,
			fields: {},
			publishes: [],
		});
		await store.open();
	});
	afterEach(async () => {
		await store.close();
		rmSync(folder, { recursive: true });
	});

	const actors = (options: Partial<ConstructorParameters<typeof Actors<Purse, PurseEvent, typeof purse.commands>>[2]> = {}) =>
		new Actors(purse, collection, { exclusive: false, ...options });

	test("the letters of one turn share a commit, and each is answered from its own moment", async () => {
		const some = actors();
		const answers = await Promise.all([1, 2, 3].map((amount) => some.send("a", "put", { coins: amount }, coins, meta)));
		expect(answers).toEqual([
			{ coins: 1, version: 1 },
			{ coins: 3, version: 1 },
			{ coins: 6, version: 1 },
		]);
		expect(await collection.history("a")).toHaveLength(1);
	});

	test("with a batch of 1 each change has a version of its own", async () => {
		const some = actors({ limits: { batch: 1 } });
		expect(await Promise.all([1, 2].map((amount) => some.send("a", "put", { coins: amount }, coins, meta)))).toEqual([
			{ coins: 1, version: 1 },
			{ coins: 3, version: 2 },
		]);
	});

	test("a refusal writes nothing and does not stop the others", async () => {
		const some = actors();
		const answers = await Promise.all([
			some.send("a", "take", { coins: 1 }, coins, meta),
			some.send("a", "put", { coins: 5 }, coins, meta),
			some.send("a", "take", { coins: 5 }, coins, meta),
		]);
		expect(answers).toEqual([
			{ rejected: "STOCK_TOO_LOW", detail: {} },
			{ coins: 5, version: 1 },
			{ coins: 0, version: 1 },
		]);
	});

	test("two nodes with one aggregate: nothing is lost, nothing is taken twice", async () => {
		const nodes = [actors(), actors()];
		await nodes[0]!.send("a", "put", { coins: 50 }, coins, meta);
		const answers = await Promise.all(
			Array.from({ length: 100 }, (_, index) => nodes[index % 2]!.send("a", "take", { coins: 1 }, () => "taken", meta)),
		);
		expect(answers.filter((answer) => answer === "taken")).toHaveLength(50);
		expect(await actors().read("a", coins)).toMatchObject({ coins: 0 });
	});

	test("a refusal rests on what is there now, not on what this node remembers", async () => {
		const [here, there] = [actors(), actors()];
		await here.send("a", "put", { coins: 1 }, coins, meta);
		await there.send("a", "put", { coins: 9 }, coins, meta);
		expect(await here.send("a", "take", { coins: 10 }, coins, meta)).toMatchObject({ coins: 0 });
	});

	test("reads nothing where nothing is", async () => {
		expect(await actors().read("a", coins)).toBeUndefined();
	});

	test("an edit of a version that has passed is refused; so is the second of two at once", async () => {
		const some = actors();
		await some.send("a", "put", { coins: 1 }, coins, meta);
		const edit = (expected: number) => some.edit("a", "put", { coins: 1 }, coins, { cause: meta, expected });
		expect(await edit(7)).toMatchObject({ rejected: "PRECONDITION_FAILED" });
		expect(await Promise.all([edit(1), edit(1)])).toMatchObject([{ version: 2 }, { rejected: "PRECONDITION_FAILED" }]);
	});

	test("a full mailbox refuses at once", async () => {
		const some = actors({ limits: { mailbox: 3 } });
		const sent = Array.from({ length: 5 }, () => some.send("a", "put", { coins: 1 }, coins, meta));
		const statuses = (await Promise.allSettled(sent)).map((outcome) =>
			outcome.status === "fulfilled" ? "ok" : (outcome.reason as { type: string }).type,
		);
		expect(statuses).toEqual(["ok", "ok", "ok", "UNAVAILABLE", "UNAVAILABLE"]);
	});

	test("makes room, and knows again what it has forgotten", async () => {
		const some = actors({ limits: { capacity: 2 } });
		for (const id of ["a", "b", "c", "d"]) await some.send(id, "put", { coins: 1 }, coins, meta);
		expect(some.load().living).toBe(2);
		expect(await some.send("a", "put", { coins: 1 }, coins, meta)).toEqual({ coins: 2, version: 2 });
	});

	test("where nobody knows whether it was written, it loads again before it decides anything", async () => {
		const some = actors();
		await some.send("a", "put", { coins: 1 }, coins, meta);
		const { commit } = collection;
		collection.commit = async (...args) => {
			collection.commit = commit;
			await commit.apply(collection, args);
			throw new Error("the connection was lost after the write");
		};
		await expect(some.send("a", "put", { coins: 1 }, coins, meta)).rejects.toThrow("lost");
		expect(await some.send("a", "take", { coins: 2 }, coins, meta)).toEqual({ coins: 0, version: 3 });
	});

	test("a view in memory hears of each commit before the sender does", async () => {
		const heard: unknown[] = [];
		const some = actors({ committed: (id, state, version) => heard.push([id, state.coins, version]) });
		await some.send("a", "put", { coins: 2 }, () => heard.push("answered"), meta).then(() => heard.push("sender"));
		expect(heard).toEqual(["answered", ["a", 2, 1], "sender"]);
	});
});
