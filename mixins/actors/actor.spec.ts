import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decider } from "@kernel/decider";
import { reject } from "@kernel/rejection";
import { Actors } from "./actor";
import type { Collection, Store } from "../store/port";
import { sqliteStore } from "../store/sqlite";

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
	ownsState: true,
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

	describe.each(["guard", "decide", "evolve", "view"] as const)("a message that throws in %s", (place) => {
		const broken = new Error("broken");
		const fragile = decider<Purse, PurseEvent>()({
			...purse,
			commands: {
				...purse.commands,
				put: (command: { coins: number }) => {
					if (place === "decide" && command.coins === 7) throw broken;
					return purse.commands.put(command);
				},
			},
			evolve: (state, event) => {
				const changed = purse.evolve(state, event);
				if (place === "evolve" && event.by === 7) throw broken; // after the state was changed
				return changed;
			},
		});
		const put = (some: Actors<Purse, PurseEvent, typeof fragile.commands>, amount: number) =>
			some.sendExpecting(
				"a",
				"put",
				{ coins: amount },
				(state, version) => {
					if (place === "view" && amount === 7) throw broken;
					return coins(state, version);
				},
				{
					cause: meta,
					guard: () => {
						if (place === "guard" && amount === 7) throw broken;
						return undefined;
					},
				},
			);

		test.each([true, false])("fails alone, and the others share a commit (exclusive: %s)", async (exclusive) => {
			const some = new Actors(fragile, collection, { exclusive });
			await put(some, 100);
			const answers = await Promise.allSettled([1, 7, 2, 7, 3].map((amount) => put(some, amount)));
			expect(answers).toEqual([
				{ status: "fulfilled", value: { coins: 101, version: 2 } },
				{ status: "rejected", reason: broken },
				{ status: "fulfilled", value: { coins: 103, version: 2 } },
				{ status: "rejected", reason: broken },
				{ status: "fulfilled", value: { coins: 106, version: 2 } },
			]);
			expect((await collection.history("a")).map(({ events }) => events.map(({ by }) => by))).toEqual([[100], [1, 2, 3]]);
			expect(await some.read("a", coins)).toEqual({ coins: 106, version: 2 });
		});

		test("leaves nothing behind where it is alone, and many of them do not exhaust the attempts", async () => {
			const some = new Actors(fragile, collection, { exclusive: false });
			await expect(put(some, 7)).rejects.toBe(broken);
			const answers = await Promise.allSettled(Array.from({ length: 30 }, () => put(some, 7)));
			expect(new Set(answers.map((answer) => (answer.status === "rejected" ? answer.reason : answer)))).toEqual(new Set([broken]));
			expect(await collection.history("a")).toEqual([]);
			expect(await put(some, 5)).toEqual({ coins: 5, version: 1 });
		});
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
		const edit = (expected: number) => some.sendExpecting("a", "put", { coins: 1 }, coins, { cause: meta, expected });
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

	test("letters that wait are counted until they are decided", async () => {
		const some = actors();
		const sent = ["a", "a", "b"].map((id) => some.send(id, "put", { coins: 1 }, coins, meta));
		expect(some.stats()).toEqual({ living: 2, waiting: 3 });
		await Promise.all(sent);
		expect(some.stats()).toEqual({ living: 2, waiting: 0 });
	});

	test("makes room, and knows again what it has forgotten", async () => {
		const some = actors({ limits: { capacity: 2 } });
		for (const id of ["a", "b", "c", "d"]) await some.send(id, "put", { coins: 1 }, coins, meta);
		expect(some.stats().living).toBe(2);
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

	/** Counts what is asked of the store. */
	const counting = () => {
		const { load, version } = collection;
		const asked = { loads: 0, versions: 0 };
		collection.load = (id) => (asked.loads++, load.call(collection, id));
		collection.version = (id) => (asked.versions++, version.call(collection, id));
		return asked;
	};

	test("what was loaded for an answer is not confirmed once more; what is known from before is", async () => {
		await actors().send("a", "put", { coins: 1 }, coins, meta);
		const some = actors();
		const asked = counting();
		expect(await some.send("a", "take", { coins: 2 }, coins, meta)).toMatchObject({ rejected: "STOCK_TOO_LOW" });
		expect(asked).toEqual({ loads: 1, versions: 0 });
		expect(await some.read("a", coins)).toEqual({ coins: 1, version: 1 });
		expect(asked).toEqual({ loads: 1, versions: 1 });
	});

	describe("create", () => {
		const elsewhere = (amount: number) => actors().send("a", "put", { coins: amount }, coins, meta);

		test("writes the first commit of a new aggregate without a load", async () => {
			const asked = counting();
			expect(await actors().create("a", "put", { coins: 5 }, coins, meta)).toEqual({ coins: 5, version: 1 });
			expect(asked).toEqual({ loads: 0, versions: 0 });
		});

		test("decides again on what another node has written", async () => {
			await elsewhere(5);
			expect(await actors().create("a", "put", { coins: 1 }, coins, meta)).toEqual({ coins: 6, version: 2 });
			expect(await collection.history("a")).toHaveLength(2);
		});

		test.each([true, false])("neither refuses nor does nothing because of an assumption (exclusive: %s)", async (exclusive) => {
			await elsewhere(5);
			expect(await actors({ exclusive }).create("a", "take", { coins: 3 }, coins, meta)).toEqual({ coins: 2, version: 2 });
			expect(await actors({ exclusive }).create("a", "put", { coins: 0 }, coins, meta)).toEqual({ coins: 2, version: 2 });
			expect(await actors({ exclusive }).create("a", "take", { coins: 9 }, coins, meta)).toMatchObject({ rejected: "STOCK_TOO_LOW" });
			expect(await actors({ exclusive }).create("b", "take", { coins: 1 }, coins, meta)).toMatchObject({ rejected: "STOCK_TOO_LOW" });
		});

		test("assumes nothing of an aggregate that this node knows", async () => {
			const some = actors();
			await some.send("a", "put", { coins: 1 }, coins, meta);
			const asked = counting();
			expect(await some.create("a", "put", { coins: 1 }, coins, meta)).toEqual({ coins: 2, version: 2 });
			expect(asked).toEqual({ loads: 0, versions: 0 });
		});

		test("several of one turn share the first commit, and one that is refused is refused by it", async () => {
			const some = actors();
			const asked = counting();
			const answers = await Promise.all([
				some.create("a", "put", { coins: 5 }, coins, meta),
				some.create("a", "take", { coins: 6 }, coins, meta),
			]);
			expect(answers).toMatchObject([{ coins: 5, version: 1 }, { rejected: "STOCK_TOO_LOW" }]);
			expect(asked).toEqual({ loads: 0, versions: 0 });
		});

		test("where that commit is not the first, all of the turn is decided again", async () => {
			await elsewhere(10);
			const some = actors();
			const answers = await Promise.all([
				some.create("a", "put", { coins: 5 }, coins, meta),
				some.create("a", "take", { coins: 6 }, coins, meta),
			]);
			expect(answers).toEqual([
				{ coins: 15, version: 2 },
				{ coins: 9, version: 2 },
			]);
		});

		test("in one turn with a command to what may exist, the aggregate is loaded first", async () => {
			await elsewhere(1);
			const some = actors();
			const asked = counting();
			const answers = await Promise.all([
				some.create("a", "put", { coins: 5 }, coins, meta),
				some.send("a", "take", { coins: 6 }, coins, meta),
			]);
			expect(answers).toEqual([
				{ coins: 6, version: 2 },
				{ coins: 0, version: 2 },
			]);
			expect(asked).toEqual({ loads: 1, versions: 0 });
		});
	});

	describe("peek", () => {
		/** Holds the next commit back. */
		const held = () => {
			const { commit } = collection;
			let go!: (cause?: Error) => void;
			const opened = new Promise<void>((resolve, fail) => (go = (cause) => (cause ? fail(cause) : resolve())));
			collection.commit = async (...args) => {
				collection.commit = commit;
				await opened;
				return commit.apply(collection, args);
			};
			return go;
		};

		test("tells what this node knows, though another has changed it; a read confirms", async () => {
			const [here, there] = [actors(), actors()];
			await here.send("a", "put", { coins: 1 }, coins, meta);
			await there.send("a", "put", { coins: 9 }, coins, meta);
			const asked = counting();
			expect(await here.peek("a", coins)).toEqual({ coins: 1, version: 1 });
			expect(asked).toEqual({ loads: 0, versions: 0 });
			expect(await here.read("a", coins)).toEqual({ coins: 10, version: 2 });
		});

		test("loads what this node does not know, once", async () => {
			await actors().send("a", "put", { coins: 1 }, coins, meta);
			const some = actors();
			const asked = counting();
			for (const id of ["a", "a", "nobody"]) await some.peek(id, coins);
			expect(await some.peek("a", coins)).toEqual({ coins: 1, version: 1 });
			expect(await some.peek("nobody", coins)).toBeUndefined();
			expect(asked).toEqual({ loads: 2, versions: 0 });
		});

		test.each([
			["durable", undefined, 6],
			["lost", new Error("the disk is full"), 1],
		])("never shows a state that is being changed in place: it waits until the commit is %s", async (_, failure, expected) => {
			const some = actors();
			await some.send("a", "put", { coins: 1 }, coins, meta);
			const go = held();
			const putting = some.send("a", "put", { coins: 5 }, coins, meta).catch((cause: unknown) => cause);
			await new Promise(setImmediate); // the command is decided by now, and its commit waits
			let seen: unknown;
			const peeking = some.peek("a", (state) => (seen = state.coins));
			await new Promise(setImmediate);
			expect(seen).toBeUndefined();
			go(failure);
			await putting;
			expect(await peeking).toBe(expected);
		});
	});

	describe("a guard", () => {
		const poor = ({ coins: has }: Purse) => (has >= 10 ? reject("FORBIDDEN") : undefined);

		test("is decided on the state that the command is decided on, after a conflict too", async () => {
			const [here, there] = [actors(), actors()];
			await here.send("a", "put", { coins: 1 }, coins, meta);
			const put = () => here.sendExpecting("a", "put", { coins: 1 }, coins, { cause: meta, guard: poor });
			expect(await put()).toEqual({ coins: 2, version: 2 });
			await there.send("a", "put", { coins: 8 }, coins, meta);
			expect(await put()).toMatchObject({ rejected: "FORBIDDEN" });
			expect(await collection.history("a")).toHaveLength(3);
		});

		test("comes before the version that the sender expects", async () => {
			const some = actors();
			await some.send("a", "put", { coins: 10 }, coins, meta);
			const options = { cause: meta, expected: 7, guard: poor };
			expect(await some.sendExpecting("a", "put", { coins: 1 }, coins, options)).toMatchObject({ rejected: "FORBIDDEN" });
		});
	});

	test("a view in memory hears of each commit before the sender does", async () => {
		const heard: unknown[] = [];
		const some = actors({ committed: (id, state, version) => heard.push([id, state.coins, version]) });
		await some.send("a", "put", { coins: 2 }, () => heard.push("answered"), meta).then(() => heard.push("sender"));
		expect(heard).toEqual(["answered", ["a", 2, 1], "sender"]);
	});
});
