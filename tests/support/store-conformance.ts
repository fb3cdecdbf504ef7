import { decider } from "@kernel/decider";
import type { CommitMeta } from "@kernel/cloud-event";
import { Actors } from "@mixins/actors/actor";
import type { Kind, Store } from "@mixins/store/port";

/** A minimal aggregate that uses every feature of a kind. */
interface Tally {
	readonly id: string;
	readonly total: number;
	readonly group: string;
	readonly padding: string;
}

type TallyEvent =
	| { readonly type: "tally.added"; readonly amount: number }
	| { readonly type: "tally.grouped"; readonly group: string }
	| { readonly type: "tally.padded"; readonly padding: string };

const evolve = (state: Tally, event: TallyEvent): Tally => {
	switch (event.type) {
		case "tally.added":
			return { ...state, total: state.total + event.amount };
		case "tally.grouped":
			return { ...state, group: event.group };
		case "tally.padded":
			return { ...state, padding: event.padding };
	}
};

export const tallies = (revision = 1, more: Kind<Tally, TallyEvent>["fields"] = {}): Kind<Tally, TallyEvent> => ({
	name: "tally",
	revision,
	initial: (id) => ({ id, total: 0, group: "", padding: "" }),
	evolve,
	fields: { total: { value: ({ total }) => total, indexed: true }, group: { value: ({ group }) => group || null }, ...more },
	publishes: ["tally.added"],
	removable: true,
});

const tally = decider<Tally, TallyEvent>()({
	initial: tallies().initial,
	evolve,
	commands: { add: ({ amount }: { amount: number }): readonly TallyEvent[] => [{ type: "tally.added", amount }] },
});

const meta = (at = 1): CommitMeta => ({ at, actor: "somebody", correlationId: "req_1", causationId: "req_1" });
const added = (amount: number): TallyEvent => ({ type: "tally.added", amount });

/** The contract of every store engine. Each `open` returns another store on the same data, as a restart does. */
export const storeConformance = (engine: string, makeData: () => Promise<{ open: () => Store; dispose: () => Promise<void> }>): void => {
	describe(`the store on ${engine}`, () => {
		let data: Awaited<ReturnType<typeof makeData>>;
		const stores: Store[] = [];

		const opened = async (kind = tallies()) => {
			const store = data.open();
			stores.push(store);
			const collection = store.collection(kind);
			await store.open();
			return { store, collection };
		};
		const restarted = async (kind = tallies()) => {
			await Promise.all(stores.splice(0).map((store) => store.close()));
			return opened(kind);
		};

		beforeEach(async () => {
			data = await makeData();
		});
		afterEach(async () => {
			await Promise.all(stores.splice(0).map((store) => store.close()));
			await data.dispose();
		});

		const put = async (collection: Awaited<ReturnType<typeof opened>>["collection"], id: string, ...amounts: number[]) => {
			let total = 0;
			for (const [index, amount] of amounts.entries()) {
				total += amount;
				await collection.commit(id, index, [added(amount)], { id, total, group: "", padding: "" }, meta(index + 1));
			}
		};

		type Opened = Awaited<ReturnType<typeof opened>>;
		const removed = async (store: Opened["store"], collection: Opened["collection"], id: string): Promise<void> => {
			await store.markPublished(await store.unpublished(100));
			await collection.remove(id);
		};
		/** All observable data of an aggregate. */
		const there = async (collection: Opened["collection"], id: string): Promise<unknown> => {
			const found = await collection.load(id);
			const all = [];
			for await (const document of collection.all()) all.push(document);
			return [
				found?.removed ? undefined : found,
				...(await collection.history(id)),
				...all.filter((document) => document.id === id),
				...(await collection.find({ limit: 99 })).filter((document) => document.id === id),
				...(await collection.find({ where: { total: { from: 0 } }, limit: 99 })).filter((document) => document.id === id),
			].find((seen) => seen !== undefined);
		};

		test("the trace that a commit belongs to comes back with it, for its history and for the relay", async () => {
			const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
			const { collection } = await opened();
			const state = { id: "a", total: 1, group: "", padding: "" };
			await collection.commit("a", 0, [added(1)], { ...state }, { ...meta(), traceparent });
			await collection.commit("a", 1, [added(1)], { ...state, total: 2 }, meta());
			const again = await restarted();
			expect(await again.collection.history("a")).toEqual([
				{ ...meta(), traceparent, version: 1, events: [added(1)] },
				{ ...meta(), version: 2, events: [added(1)] },
			]);
			expect((await again.store.unpublished(2)).map((commit) => commit.meta)).toEqual([{ ...meta(), traceparent }, meta()]);
		});

		test("what was never written is not there", async () => {
			const { collection } = await opened();
			expect(await collection.load("a")).toBeUndefined();
			expect(await collection.version("a")).toBe(0);
			expect(await collection.history("a")).toEqual([]);
		});

		test("a commit is read again, after a restart too", async () => {
			const { collection } = await opened();
			await put(collection, "a", 1, 2);
			const expected = { version: 2, state: { id: "a", total: 3, group: "", padding: "" } };
			expect(await collection.load("a")).toEqual(expected);
			const again = await restarted();
			expect(await again.collection.load("a")).toEqual(expected);
			expect(await again.collection.history("a")).toEqual([
				{ version: 1, ...meta(1), events: [added(1)] },
				{ version: 2, ...meta(2), events: [added(2)] },
			]);
		});

		test("only the first of two writers of a version is written", async () => {
			const { collection } = await opened();
			const write = (amount: number) =>
				collection.commit("a", 0, [added(amount)], { id: "a", total: amount, group: "", padding: "" }, meta());
			const written = await Promise.all([write(1), write(2), write(3)]);
			expect(written.filter(Boolean)).toHaveLength(1);
			const winner = written.indexOf(true) + 1;
			expect(await collection.load("a")).toMatchObject({ version: 1, state: { total: winner } });
			expect(await collection.find({ limit: 9 })).toMatchObject([{ version: 1, state: { total: winner } }]);
		});

		test("a version that was passed is refused", async () => {
			const { collection } = await opened();
			await put(collection, "a", 1, 2);
			expect(await collection.commit("a", 1, [added(9)], { id: "a", total: 99, group: "", padding: "" }, meta())).toBe(false);
			expect(await collection.load("a")).toMatchObject({ version: 2, state: { total: 3 } });
		});

		test("the state is taken as it was at the call", async () => {
			const { collection } = await opened();
			const state = { id: "a", total: 1, group: "", padding: "" };
			const writing = collection.commit("a", 0, [added(1)], state, meta());
			state.total = 77;
			await writing;
			expect(await collection.find({ limit: 1 })).toMatchObject([{ state: { total: 1 } }]);
		});

		test("many writers of many aggregates: each journal is whole", async () => {
			const { collection } = await opened();
			const ids = Array.from({ length: 40 }, (_, index) => `t${index}`);
			await Promise.all(ids.map((id) => put(collection, id, 1, 1, 1, 1, 1)));
			for (const id of ids) {
				expect((await collection.history(id)).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
				expect(await collection.load(id)).toMatchObject({ version: 5, state: { total: 5 } });
			}
		});

		test("a large document may be late, and is never wrong", async () => {
			const { collection } = await opened();
			const padding = "x".repeat(20_000);
			let version = 0;
			await collection.commit("a", version++, [{ type: "tally.padded", padding }], { id: "a", total: 0, group: "", padding }, meta());
			for (let total = 1; total <= 5; total++)
				await collection.commit("a", version++, [added(1)], { id: "a", total, group: "", padding }, meta());
			const expected = { version: 6, state: { id: "a", total: 5, group: "", padding } };
			expect(await collection.load("a")).toEqual(expected);
			expect(await collection.find({ where: { total: 5 }, limit: 9 })).toEqual([{ id: "a", ...expected }]);
			expect(await (await restarted()).collection.find({ where: { total: 5 }, limit: 9 })).toEqual([{ id: "a", ...expected }]);
		});

		describe("queries", () => {
			const filled = async () => {
				const { collection } = await opened();
				for (let index = 0; index < 10; index++) await put(collection, `t${index}`, Math.floor(index / 2));
				await collection.commit(
					"t9",
					1,
					[{ type: "tally.grouped", group: "odd" }],
					{ id: "t9", total: 4, group: "odd", padding: "" },
					meta(),
				);
				return collection;
			};
			const idsOf = (found: readonly { id: string }[]) => found.map(({ id }) => id);

			test("by equality, by list, by range", async () => {
				const collection = await filled();
				expect(idsOf(await collection.find({ where: { total: 2 }, limit: 9 }))).toEqual(["t4", "t5"]);
				expect(idsOf(await collection.find({ where: { total: [0, 4] }, limit: 9 }))).toEqual(["t0", "t1", "t8", "t9"]);
				expect(idsOf(await collection.find({ where: { total: { from: 3 } }, limit: 9 }))).toEqual(["t6", "t7", "t8", "t9"]);
				expect(idsOf(await collection.find({ where: { total: { from: 1, before: 2 } }, limit: 9 }))).toEqual(["t2", "t3"]);
				expect(idsOf(await collection.find({ where: { total: 4, group: "odd" }, limit: 9 }))).toEqual(["t9"]);
				expect(await collection.count({ total: { from: 3 } })).toBe(4);
				expect(await collection.count({})).toBe(10);
			});

			test.each([false, true])("pages neither repeat nor skip, ties included (descending: %s)", async (descending) => {
				const collection = await filled();
				const seen: string[] = [];
				for (let after: { value: number; id: string } | undefined; ;) {
					const page = await collection.find({ orderBy: { field: "total", descending }, limit: 3, ...(after && { after }) });
					seen.push(...idsOf(page));
					const last = page.at(-1);
					if (!last) break;
					after = { value: last.state.total, id: last.id };
				}
				const expected = Array.from({ length: 10 }, (_, index) => `t${index}`);
				expect(seen).toEqual(descending ? expected.reverse() : expected);
			});

			test("what has no value is in no order and met by no comparison", async () => {
				const collection = await filled();
				expect(idsOf(await collection.find({ orderBy: { field: "group" }, limit: 9 }))).toEqual(["t9"]);
				expect(idsOf(await collection.find({ where: { group: { from: "" } }, limit: 9 }))).toEqual(["t9"]);
			});

			test("a field that is not declared is a defect", async () => {
				const collection = await filled();
				await expect((async () => collection.find({ where: { padding: "" }, limit: 1 }))()).rejects.toThrow(/declares no field/);
			});

			test("all are read, in the order of ids", async () => {
				const collection = await filled();
				const all = [];
				for await (const { id } of collection.all()) all.push(id);
				expect(all).toEqual(Array.from({ length: 10 }, (_, index) => `t${index}`));
			});
		});

		test("documents are made again where a kind means something else by now", async () => {
			const { collection } = await opened();
			await put(collection, "a", 5);
			const { collection: after } = await restarted(tallies(2, { double: { value: ({ total }) => 2 * total, indexed: true } }));
			expect(await after.find({ where: { double: 10 }, limit: 1 })).toMatchObject([{ id: "a", version: 1 }]);
		});

		describe("the relay's side", () => {
			test("tells what holds something to publish, in order, until it is marked", async () => {
				const { store, collection } = await opened();
				let told = 0;
				store.onCommit(() => told++);
				await put(collection, "a", 1, 2);
				await collection.commit(
					"a",
					2,
					[{ type: "tally.grouped", group: "g" }],
					{ id: "a", total: 3, group: "g", padding: "" },
					meta(),
				);
				const waiting = await store.unpublished(10);
				expect(waiting).toMatchObject([
					{ kind: "tally", id: "a", version: 1, events: [added(1)], meta: meta(1) },
					{ kind: "tally", id: "a", version: 2, events: [added(2)], meta: meta(2) },
				]);
				expect(told).toBeGreaterThan(0);
				await store.markPublished(waiting.slice(0, 1));
				expect(await store.unpublished(10)).toMatchObject([{ version: 2 }]);
			});

			test("remembers over a restart", async () => {
				const { store, collection } = await opened();
				await put(collection, "a", 1, 2);
				await store.markPublished((await store.unpublished(1)).slice(0, 1));
				const again = await restarted();
				expect(await again.store.unpublished(10)).toMatchObject([{ version: 2 }]);
			});
		});

		test("what is erased is in no commit and no document, and all else is as it was", async () => {
			const { store, collection } = await opened();
			await collection.commit(
				"a",
				0,
				[added(1), { type: "tally.grouped", group: "Ana" }],
				{ id: "a", total: 1, group: "Ana", padding: "" },
				meta(1),
			);
			await collection.commit("a", 1, [added(2)], { id: "a", total: 3, group: "Ana", padding: "" }, meta(2));
			await collection.commit(
				"b",
				0,
				[{ type: "tally.grouped", group: "Ana" }],
				{ id: "b", total: 0, group: "Ana", padding: "" },
				meta(3),
			);
			const waiting = (await store.unpublished(10)).length;
			await collection.rewrite("a", (event) => (event.type === "tally.grouped" ? { ...event, group: "" } : event));
			await collection.rewrite("nobody", (event) => event);

			expect((await collection.find({ where: { group: "Ana" }, limit: 10 })).map(({ id }) => id)).toEqual(["b"]);
			expect(await store.unpublished(10)).toHaveLength(waiting);
			expect(await collection.load("nobody")).toBeUndefined();
			const { collection: after } = await restarted();
			expect(await after.load("a")).toEqual({ version: 2, state: { id: "a", total: 3, group: "", padding: "" } });
			expect((await after.history("a")).map(({ version, at, events }) => ({ version, at, events }))).toEqual([
				{ version: 1, at: 1, events: [added(1), { type: "tally.grouped", group: "" }] },
				{ version: 2, at: 2, events: [added(2)] },
			]);
		});

		test("what is removed is gone, once nothing of it waits to be published", async () => {
			const { store, collection } = await opened();
			await put(collection, "a", 1);
			await collection.remove("a");
			expect(await collection.load("a")).toMatchObject({ version: 1 });
			await removed(store, collection, "a");
			await collection.remove("a"); // again, as after a crash
			await collection.remove("nobody");
			expect(await there(collection, "a")).toBeUndefined();
			expect(await there((await restarted()).collection, "a")).toBeUndefined();
		});

		test("whoever still knows what was removed cannot write to it", async () => {
			const { store, collection } = await opened();
			await put(collection, "a", 1, 2, 3);
			await removed(store, collection, "a");
			for (const expected of [1, 2, 3]) {
				expect(await collection.commit("a", expected, [added(7)], { id: "a", total: 7, group: "", padding: "" }, meta())).toBe(
					false,
				);
				expect(await collection.version("a")).not.toBe(expected);
			}
			expect(await there(collection, "a")).toBeUndefined();
			expect(await there((await restarted()).collection, "a")).toBeUndefined();
		});

		test("what begins anew under the id of something removed has nothing of it", async () => {
			const { store, collection } = await opened();
			await put(collection, "a", 1, 2, 3);
			await put(collection, "b", 1);
			await removed(store, collection, "a");
			const begin = (await collection.load("a"))?.version ?? 0;
			const state = { id: "a", total: 9, group: "", padding: "" };
			expect(await collection.commit("a", begin, [added(9)], state, meta())).toBe(true);
			const again = await restarted();
			expect(await again.collection.load("a")).toEqual({ version: begin + 1, state });
			expect(await again.collection.version("a")).toBe(begin + 1);
			expect(await again.collection.history("a")).toEqual([{ ...meta(), version: begin + 1, events: [added(9)] }]);
			expect(await again.collection.find({ where: { total: 9 }, limit: 9 })).toMatchObject([{ id: "a" }]);
			expect(await again.store.unpublished(9)).toMatchObject([{ id: "a", version: begin + 1, events: [added(9)] }]);
			await removed(again.store, again.collection, "a");
			expect(await there(again.collection, "a")).toBeUndefined();
		});

		test("an actor that knows what was removed finds nothing, and begins anew", async () => {
			const { store, collection } = await opened();
			const actors = new Actors(tally, collection, { exclusive: false });
			const total = ({ total: seen }: Tally) => seen;
			for (const amount of [1, 2]) await actors.send("a", "add", { amount }, total, meta());
			await removed(store, collection, "a");
			expect(await actors.read("a", total)).toBeUndefined();
			expect(await actors.send("a", "add", { amount: 5 }, total, meta())).toBe(5);
			expect(await actors.read("a", total)).toBe(5);
			const other = new Actors(tally, collection, { exclusive: false });
			await removed(store, collection, "a");
			expect(await other.read("a", total)).toBeUndefined();
			expect(await other.sendExpecting("a", "add", { amount: 1 }, total, { cause: meta(), expected: 0 })).toBe(1);
		});

		test.each(["knows it", "has forgotten it"])(
			"an aggregate that was removed is created anew by an actor that %s",
			async (whether) => {
				const { store, collection } = await opened();
				const before = new Actors(tally, collection, { exclusive: false });
				const total = ({ total: seen }: Tally) => seen;
				for (const amount of [1, 2, 3]) await before.send("a", "add", { amount }, total, meta());
				await removed(store, collection, "a");
				const actors = whether === "knows it" ? before : new Actors(tally, collection, { exclusive: false });
				expect(await actors.create("a", "add", { amount: 5 }, total, meta())).toBe(5);
				expect((await collection.history("a")).map(({ events }) => events)).toEqual([[added(5)]]);
				const again = await restarted();
				expect(await again.collection.load("a")).toMatchObject({ state: { total: 5 } });
				expect(
					await new Actors(tally, again.collection, { exclusive: false }).create("a", "add", { amount: 1 }, total, meta()),
				).toBe(6);
			},
		);

		test("what was removed is not there for a look at what an actor knows", async () => {
			const { store, collection } = await opened();
			const actors = new Actors(tally, collection, { exclusive: false });
			const total = ({ total: seen }: Tally) => seen;
			await actors.send("a", "add", { amount: 1 }, total, meta());
			await removed(store, collection, "a");
			expect(await actors.read("a", total)).toBeUndefined();
			expect(await actors.peek("a", total)).toBeUndefined();
			expect(await new Actors(tally, collection, { exclusive: false }).peek("a", total)).toBeUndefined();
		});
	});
};
