import net from "node:net";
import mongoose from "mongoose";
import { STORE_UNAVAILABLE } from "../../errors/unavailability";
import { describeMongo, mongoSource, onDatabase, startMongo, type Mongo } from "@tests/support/mongo";
import { storeConformance, tallies } from "@tests/support/store-conformance";
import { eventually } from "@tests/support/world";
import type { Store } from "../port";
import { mongoStore } from ".";
import { connect } from "./connection";
import { STEPS } from "./migration-runner";

const meta = { at: 1, actor: "somebody", correlationId: "req_1", causationId: "req_1" };
const added = (amount: number) => [{ type: "tally.added", amount }] as const;
const tally = (total: number, padding = "") => ({ id: "a", total, group: "", padding });

describeMongo("MongoDB", () => {
	let mongo: Mongo;
	let database: string;
	let count = 0;
	const stores: { close(): Promise<void> }[] = [];
	const fresh = () => (database = `tianguis_test_${process.pid}_${count++}`);

	beforeAll(async () => {
		mongo = await startMongo();
	}, 60_000);
	afterAll(() => mongo.stop());

	storeConformance("MongoDB", async () => {
		const name = fresh();
		return { open: () => mongoStore(mongo.url(name), "tests"), dispose: () => mongo.drop(name) };
	});

	const opened = async (kind = tallies(), name = "tests") => {
		const store = mongoStore(mongo.url(database), name);
		stores.push(store);
		const collection = store.collection(kind);
		await store.open();
		return { store, collection };
	};
	const raw = async <T>(run: (db: mongoose.mongo.Db) => Promise<T>): Promise<T> => {
		const client = await mongoose.mongo.MongoClient.connect(mongo.url(database));
		return run(client.db()).finally(() => client.close());
	};
	const document = (id: string) =>
		raw((db) => db.collection<{ _id: string; version: number; state: string }>("tally").findOne({ _id: id }));

	beforeEach(fresh);
	afterEach(async () => {
		await Promise.all(stores.splice(0).map((store) => store.close()));
		await mongo.drop(database);
	});

	describe("the connection", () => {
		test("is the store's own: what another closes stays open here", async () => {
			const [one, other] = [await opened(), await opened()];
			await one.store.close();
			expect(await other.collection.commit("a", 0, added(1), tally(1), meta)).toBe(true);
		});

		test("has few connections, however much is asked at once", async () => {
			const { collection } = await opened(tallies(), "crowded");
			await Promise.all(
				Array.from({ length: 200 }, async (_, index) => {
					await collection.commit(`t${index}`, 0, added(1), { ...tally(1), id: `t${index}` }, meta);
					await Promise.all([collection.load(`t${index}`), collection.find({ where: { total: 1 }, limit: 1 })]);
				}),
			);
			const all = await raw(() =>
				onDatabase(mongo.url("admin"), (db) =>
					db
						.aggregate([{ $currentOp: { allUsers: true, idleConnections: true } }, { $match: { appName: "tianguis-crowded" } }])
						.toArray(),
				),
			);
			expect(all.length).toBeGreaterThan(1);
			expect(all.length).toBeLessThanOrEqual(6);
		});

		test("refuses a filter with a field that is not there, instead of leaving it out", async () => {
			const own = await connect(mongo.url(database), "tests", { warn: () => undefined });
			stores.push(own);
			await own.adapter.insert({ _id: "schema", version: 1 });
			await expect(own.adapter.removeMany({ typo: 1 })).rejects.toThrow(/typo/);
			expect(await own.adapter.findById("schema")).toMatchObject({ version: 1 });
		});

		test("has the database of the shop where the URL names none", async () => {
			const own = await connect(mongo.url(""), "tests", { warn: () => undefined });
			stores.push(own);
			expect(own.collection("tally").dbName).toBe("tianguis");
		});
	});

	test("what is asked over a connection that is gone at that very moment ends, and what comes after it goes on", async () => {
		const sockets: net.Socket[] = [];
		const { createConnection } = net;
		const connecting = jest.spyOn(net, "createConnection").mockImplementation((...args: Parameters<typeof createConnection>) => {
			const socket = createConnection(...args);
			sockets.push(socket);
			return socket;
		});
		const { collection } = await opened();
		connecting.mockRestore();
		for (const socket of sockets) {
			const write = socket.write.bind(socket);
			socket.write = ((...args: Parameters<typeof write>) => {
				socket.destroy();
				return write(...args);
			}) as typeof write;
		}
		await expect(collection.commit("a", 0, added(1), tally(1), meta)).rejects.toMatchObject({ type: STORE_UNAVAILABLE });
		await eventually(() => collection.commit("b", 0, added(1), tally(1), meta).catch(() => false), "another is written");
	}, 20_000);

	test("a database of a newer program is refused, and left as it is", async () => {
		await raw((db) => db.collection<{ _id: string; version: number }>("meta").insertOne({ _id: "schema", version: STEPS.length + 1 }));
		await expect(opened()).rejects.toThrow(/newer version of the program/);
		expect(await raw(async (db) => (await db.listCollections().toArray()).map(({ name }: { name: string }) => name))).toEqual(["meta"]);
	});

	describe("documents", () => {
		test("a late one never overwrites a newer", async () => {
			const { collection } = await opened();
			for (let total = 1; total <= 3; total++) await collection.commit("a", total - 1, added(1), tally(total), meta);
			const [one, other] = [await opened(), await opened()];
			await Promise.all([one, other].map((node) => node.collection.load("a")));
			await Promise.all([one, other].map((node) => node.collection.commit("a", 3, added(1), tally(4), meta)));
			await one.collection.commit("a", 4, added(1), tally(5), meta);
			expect(await document("a")).toMatchObject({ version: 5 });
			expect(await collection.find({ where: { total: 5 }, limit: 9 })).toMatchObject([{ id: "a", version: 5 }]);
		});

		test("that a crash left behind their journals are made again at the next start, those of private commits too", async () => {
			const { collection } = await opened();
			await collection.commit("a", 0, added(1), tally(1), meta);
			await collection.commit("a", 1, [{ type: "tally.grouped", group: "g" }], { ...tally(1), group: "g" }, meta);
			await collection.commit("b", 0, added(7), { ...tally(7), id: "b" }, meta);
			await raw(async (db) => {
				await db.collection<{ _id: string }>("tally").updateOne({ _id: "a" }, { $set: { version: 1 }, $unset: { "f.group": 1 } });
				await db.collection<{ _id: string }>("tally").deleteOne({ _id: "b" });
			});
			expect(await collection.find({ where: { group: "g" }, limit: 9 })).toEqual([]);
			const after = await opened();
			expect(await after.collection.find({ where: { group: "g" }, limit: 9 })).toMatchObject([{ id: "a", version: 2 }]);
			expect(await after.collection.find({ where: { total: 7 }, limit: 9 })).toMatchObject([{ id: "b" }]);
		});

		test("large ones are found by other nodes as well, soon", async () => {
			const [one, other] = [await opened(), await opened()];
			const padding = "x".repeat(20_000);
			await one.collection.commit("a", 0, [{ type: "tally.padded", padding }], tally(0, padding), meta);
			await one.collection.commit("a", 1, added(5), tally(5, padding), meta);
			expect(await document("a")).toMatchObject({ version: 1 });
			const found = await eventually(async () => (await other.collection.find({ where: { total: 5 }, limit: 1 }))[0]);
			expect(found).toMatchObject({ id: "a", version: 2 });
		});

		test("of a newer program's kind are not read, and not made again", async () => {
			const newer = await opened(tallies(2, { double: { value: ({ total }) => 2 * total, indexed: true } }));
			await newer.collection.commit("a", 0, added(1), tally(1), meta);
			await raw((db) =>
				db.collection<{ _id: string }>("tally").updateOne({ _id: "a" }, { $set: { state: '{"form":"of another time"}' } }),
			);
			const { collection } = await opened(tallies(1));
			expect(await collection.load("a")).toEqual({ version: 1, state: tally(1) });
			expect(await collection.find({ where: { total: 1 }, limit: 9 })).toEqual([{ id: "a", version: 1, state: tally(1) }]);
			expect(await document("a")).toMatchObject({ state: '{"form":"of another time"}' });
		});

		test("nothing is left of an index that is no longer declared", async () => {
			await opened(tallies(1, { double: { value: ({ total }) => 2 * total, indexed: true } }));
			const names = () => raw(async (db) => (await db.collection("tally").indexes()).map(({ name }) => name).sort());
			expect(await names()).toEqual(["_id_", "by_double", "by_total"]);
			await opened(tallies(2));
			expect(await names()).toEqual(["_id_", "by_total"]);
		});

		test("queries by an indexed field use its index", async () => {
			const { collection } = await opened();
			await collection.commit("a", 0, added(1), tally(1), meta);
			const explain = (filter: object) =>
				raw(async (db) =>
					JSON.stringify(await db.collection("tally").find(filter).sort({ "f.total": 1, _id: 1 }).limit(3).explain()),
				);
			expect(await explain({ $and: [{ "f.total": { $exists: true, $gte: 1 } }, { "f.total": { $exists: true } }] })).toMatch(
				/"indexName":"by_total"/,
			);
			expect(await explain({ $and: [{ "f.total": { $in: [1, 2] } }] })).toMatch(/"indexName":"by_total"/);
		});

		test("names that mean something to the server are only text", async () => {
			const { collection } = await opened();
			const padding = JSON.parse('{"$where":"1","a.b":1,"_bsontype":"ObjectId","__proto__":{"x":1}}') as string;
			await collection.commit("a", 0, [{ type: "tally.padded", padding }], tally(0, padding), meta);
			expect(JSON.stringify((await collection.load("a"))?.state.padding)).toBe(JSON.stringify(padding));
		});
	});

	describe("documents that may be late", () => {
		const late: ReturnType<typeof tallies> = { ...tallies(), lateDocuments: true };
		/** Lets another process catch up after crashed processes, as if the last check were long ago. */
		const caughtUp = (store: Store, come: () => Promise<boolean>) =>
			eventually(async () => {
				await raw((db) =>
					db.collection<{ _id: string }>("kinds").updateOne({ _id: "tally" }, { $set: { checkedAt: Date.now() - 10_000 } }),
				);
				await store.catchUp?.();
				return come();
			}, "it is made again");

		test("are seen at once by queries of the process that committed, and soon by others", async () => {
			const [one, other] = [await opened(late), await opened(late)];
			for (let total = 1; total <= 5; total++) await one.collection.commit("a", total - 1, added(1), tally(total), meta);
			expect(await one.collection.find({ where: { total: 5 }, limit: 9 })).toMatchObject([{ id: "a", version: 5 }]);
			await one.collection.commit("b", 0, added(7), { ...tally(7), id: "b" }, meta);
			expect(await one.collection.count({ total: 7 })).toBe(1);
			await one.collection.commit("c", 0, added(8), { ...tally(8), id: "c" }, meta);
			const found = await eventually(
				async () => (await other.collection.find({ where: { total: 8 }, limit: 1 }))[0],
				"it is found",
				2_000,
			);
			expect(found).toMatchObject({ id: "c", version: 1 });
		});

		(mongoSource() === "binary" ? test : test.skip)("do not hold up queries that may be late themselves", async () => {
			const { collection } = await opened(late);
			await mongo.fail(["update"], 1_000_000, { errorCode: 8000, appName: "tianguis-tests" });
			await collection.commit("a", 0, added(1), tally(1), meta);
			const found = () => collection.find({ allowStale: true, where: { total: 1 }, limit: 1 });
			expect(await found()).toEqual([]);
			await expect(collection.find({ where: { total: 1 }, limit: 1 })).rejects.toThrow();
			await mongo.fail(["update"], 0, {});
			await eventually(async () => (await found()).length === 1);
		});

		test("are written before the stop", async () => {
			const { store, collection } = await opened(late);
			await collection.commit("a", 0, added(1), tally(1), meta);
			await store.close();
			expect(await document("a")).toMatchObject({ version: 1 });
		});

		test("are made again where a failover took them back", async () => {
			const [one, other] = [await opened(late), await opened(late)];
			for (let total = 1; total <= 2; total++) await one.collection.commit("a", total - 1, added(1), tally(total), meta);
			await one.collection.commit("b", 0, added(7), { ...tally(7), id: "b" }, meta);
			await one.store.close();
			await raw(async (db) => {
				await db
					.collection<{ _id: string }>("tally")
					.updateOne({ _id: "a" }, { $set: { version: 1, state: JSON.stringify(tally(1)), "f.total": 1 } });
				await db.collection<{ _id: string }>("tally").deleteOne({ _id: "b" });
			});
			await caughtUp(other.store, async () => (await document("a"))?.version === 2 && (await document("b"))?.version === 1);
			expect(await other.collection.find({ where: { total: 2 }, limit: 9 })).toMatchObject([{ id: "a", version: 2 }]);
		});

		(mongoSource() === "binary" ? test : test.skip)("are made by another process where theirs has died", async () => {
			const [dead, other] = [await opened(late, "dead"), await opened(late)];
			await mongo.fail(["update"], 1_000_000, { errorCode: 8000, appName: "tianguis-dead" });
			await dead.collection.commit("a", 0, added(1), tally(1), meta);
			await caughtUp(other.store, async () => (await document("a")) !== null);
			expect(await other.collection.find({ where: { total: 1 }, limit: 9 })).toMatchObject([{ id: "a", version: 1 }]);
			await mongo.fail(["update"], 0, {});
		});

		test("of a newer program are not made by catching up", async () => {
			const newer = await opened({ ...tallies(2), lateDocuments: true });
			await newer.collection.commit("a", 0, added(1), tally(1), meta);
			await newer.store.close();
			const { store } = await opened(late);
			await raw((db) => db.collection<{ _id: string }>("tally").deleteOne({ _id: "a" }));
			await raw((db) =>
				db.collection<{ _id: string }>("tally_journal").updateMany({}, { $set: { t: (Date.now() - 5_000) * 1_000 } }),
			);
			await raw((db) =>
				db.collection<{ _id: string }>("kinds").updateOne({ _id: "tally" }, { $set: { checkedAt: Date.now() - 10_000 } }),
			);
			await store.catchUp?.();
			expect(await document("a")).toBeNull();
		});
	});

	test("the order of an aggregate is kept where the clocks of its nodes differ", async () => {
		const { store, collection } = await opened();
		await collection.commit("a", 0, added(1), tally(1), meta);
		const ahead = (Date.now() + 3_600_000) * 1_000;
		await raw((db) => db.collection("tally_journal").updateOne({ "_id.id": "a" }, { $set: { t: ahead } }));
		await raw((db) => db.collection("tally").updateOne({}, { $set: { t: ahead } }));
		const other = await opened();
		await other.collection.load("a");
		await other.collection.commit("a", 1, added(1), tally(2), meta);
		expect((await store.unpublished(1)).map(({ version }) => version)).toEqual([1]);
		expect((await store.unpublished(9)).map(({ version }) => version)).toEqual([1, 2]);
	});

	test("what was left of a removed aggregate is not there, and does not stand in the way of a new one", async () => {
		const { store, collection } = await opened();
		for (let total = 1; total <= 3; total++) await collection.commit("a", total - 1, added(1), tally(total), meta);
		await store.markPublished(await store.unpublished(9));
		await raw((db) => db.collection("tally_journal").deleteMany({}));
		expect(await collection.load("a")).toBeUndefined();
		expect(await collection.commit("a", 0, added(9), tally(9), meta)).toBe(true);
		expect(await collection.load("a")).toEqual({ version: 1, state: tally(9) });
		expect(await collection.find({ where: { total: 9 }, limit: 9 })).toMatchObject([{ id: "a", version: 1 }]);
	});

	describe("an aggregate that another node has removed", () => {
		const removed = async () => {
			const [one, other] = [await opened(), await opened()];
			for (let total = 1; total <= 3; total++) await one.collection.commit("a", total - 1, added(1), tally(total), meta);
			await one.store.markPublished(await one.store.unpublished(9));
			expect(await other.collection.load("a")).toMatchObject({ version: 3 });
			await one.collection.remove("a");
			return other.collection;
		};
		const records = () =>
			raw((db) => db.collection<{ _id: { id: string; version: number }; events: string }>("tally_journal").find().toArray());

		test("is not written to, and nothing of it is left but its keys", async () => {
			const other = await removed();
			expect(await other.version("a")).not.toBe(3);
			expect(await other.commit("a", 3, added(7), tally(7), meta)).toBe(false);
			expect(await document("a")).toBeNull();
			expect((await records()).map(({ _id: { version }, events }) => [version, events])).toEqual(
				[1, 2, 3, 4].map((version) => [version, "[]"]),
			);
		});

		test("takes the document with it that was on its way", async () => {
			const other = await removed();
			await raw((db) =>
				db.collection<{ _id: string }>("tally").insertOne({ _id: "a", version: 3, t: 1, form: "any", state: "{}", f: {} } as never),
			);
			expect(await other.load("a")).toMatchObject({ removed: true });
			expect(await document("a")).toBeNull();
		});

		test("is emptied by whoever looks, where its removal broke off", async () => {
			const { store, collection } = await opened();
			await collection.commit("a", 0, added(1), tally(1), meta);
			await store.markPublished(await store.unpublished(9));
			await raw((db) =>
				db
					.collection("tally_journal")
					.insertOne({ _id: { id: "a", version: 2 }, t: 2, waiting: false, gone: 1, events: "[]" } as never),
			);
			expect(await collection.load("a")).toMatchObject({ version: 2, removed: true });
			expect((await records()).map(({ events }) => events)).toEqual(["[]", "[]"]);
			expect(await document("a")).toBeNull();
		});

		test("gives its keys free after a month", async () => {
			const other = await removed();
			const monthAgo = Date.now() - 31 * 24 * 3_600_000;
			await raw((db) => db.collection("tally_journal").updateMany({}, { $set: { gone: monthAgo } }));
			await (other as unknown as { forget(): Promise<void> }).forget();
			expect(await records()).toEqual([]);
			expect(await other.load("a")).toBeUndefined();
			expect(await other.commit("a", 0, added(9), tally(9), meta)).toBe(true);
		});
	});

	(mongoSource() === "binary" ? describe : describe.skip)("a server that fails", () => {
		test("without an answer, once: the driver asks again, and the commit is written once", async () => {
			const { collection } = await opened();
			await mongo.fail(["insert"], 1, { closeConnection: true });
			expect(await collection.commit("a", 0, added(1), tally(1), meta)).toBe(true);
			expect(await collection.history("a")).toHaveLength(1);
		});

		test("to confirm a majority: the outcome is unknown, and a load shows it", async () => {
			const { collection } = await opened();
			await mongo.fail(["insert"], 1, { writeConcernError: { code: 64, errmsg: "waiting for replication timed out" } });
			await expect(collection.commit("a", 0, added(1), tally(1), meta)).rejects.toMatchObject({
				type: "STORE_AWAY",
				message: expect.stringMatching(/unknown outcome/) as string,
			});
			expect(await eventually(() => collection.load("a"))).toMatchObject({ version: 1 });
			expect(await collection.commit("a", 0, added(1), tally(1), meta)).toBe(false);
		});

		test("to confirm a majority: the document follows if the commit was written", async () => {
			const { collection } = await opened();
			await mongo.fail(["insert"], 1, { writeConcernError: { code: 64, errmsg: "waiting for replication timed out" } });
			await expect(collection.commit("a", 0, added(1), tally(1), meta)).rejects.toMatchObject({ type: "STORE_AWAY" });
			await eventually(async () => (await document("a"))?.version === 1, "the document is there");
		});

		test("a whole command: nothing of the group is taken for written", async () => {
			const { collection } = await opened();
			await mongo.fail(["insert"], 1, { errorCode: 8000 });
			const outcomes = await Promise.allSettled(
				["a", "b", "c"].map((id) => collection.commit(id, 0, added(1), { ...tally(1), id }, meta)),
			);
			expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
			expect(await collection.version("b")).toBe(0);
		});

		test("to write the documents: the commit holds, and queries see it", async () => {
			const { collection } = await opened();
			await collection.commit("a", 0, added(1), tally(1), meta);
			await mongo.fail(["update"], 1, { errorCode: 8000 });
			expect(await collection.commit("a", 1, added(4), tally(5), meta)).toBe(true);
			expect(await document("a")).toMatchObject({ version: 1 });
			expect(await collection.find({ where: { total: 5 }, limit: 1 })).toMatchObject([{ id: "a" }]);
		});

		test("because it is away: whoever asked can tell", async () => {
			const { collection } = await opened();
			const hangUp = (command: string) => mongo.fail([command], 1_000_000, { closeConnection: true });
			await hangUp("find");
			await expect(collection.load("a")).rejects.toMatchObject({ type: "STORE_AWAY" });
			await hangUp("insert");
			await expect(collection.commit("a", 0, added(1), tally(1), meta)).rejects.toMatchObject({ type: "STORE_AWAY" });
			await mongo.fail(["insert"], 0, {});
		}, 30_000);

		test("to make an index: it is said which", async () => {
			await mongo.fail(["createIndexes"], 1, { errorCode: 85 });
			await expect(opened()).rejects.toThrow(/index/);
		});
	});
});

test("a server that cannot be reached is named, without the password", async () => {
	const store = mongoStore("mongodb://shop:hunter2@127.0.0.1:1/shop?authSource=admin", "tests");
	const message = await store.open().then(
		() => "opened",
		(cause: unknown) => (cause as Error).message,
	);
	expect(message).toMatch(/^MongoDB cannot be used at mongodb:\/\/127\.0\.0\.1:1\/shop \(MONGO_URL\)/);
	expect(message).not.toContain("hunter2");
	await store.close();
});
