import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { tallies } from "@tests/support/store-conformance";
import { eventually } from "@tests/support/world";
import { sqliteStore } from ".";
import type { GroupWriter, Statement, Write } from "./group-writer";

let folder: string;
let files = 0;
const closing: (() => Promise<void>)[] = [];
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "tianguis-late-"));
});
afterEach(async () => {
	await Promise.all(closing.splice(0).map((close) => close()));
	rmSync(folder, { recursive: true });
});

const newFile = (): string => join(folder, `${++files}.db`);

const meta = { at: 1, actor: "test", correlationId: "req_1", causationId: "req_1" };
/** A private event, so that its aggregate can be removed at any time. */
const inGroup = (group: string) => ({ type: "tally.grouped", group }) as const;
const stateOf = (id: string, group: string) => ({ id, total: 0, group, padding: "" });

type Tallies = ReturnType<typeof tallies>;
type Fails = (group: readonly Write[]) => boolean;
const never: Fails = () => false;
const isDocument = ({ first }: Write): boolean => first.sql.includes("doc_");

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Writes on this thread, because the property test starts many writers. It answers some event-loop turns later. */
const directWriter = (path: string): GroupWriter => {
	const database = new DatabaseSync(path);
	database.exec("PRAGMA synchronous = OFF");
	let groups = 0;
	const run = ({ sql, values }: Statement) => database.prepare(sql).run(...values).changes;
	return {
		async write(group) {
			for (let turn = groups++ % 3; turn > 0; turn--) await nextTurn();
			const refused: number[] = [];
			database.exec("BEGIN IMMEDIATE");
			group.forEach(({ first, then }, index) => {
				if (run(first) === 0) refused.push(index);
				else then.forEach(run);
			});
			database.exec("COMMIT");
			await nextTurn();
			return refused;
		},
		async close() {
			database.close();
		},
	};
};

const opened = async (path: string, kinds: readonly Tallies[] = [tallies()], fails: Fails = never) => {
	const direct = directWriter(path);
	const groups: (readonly Write[])[] = [];
	const writer: GroupWriter = {
		async write(group) {
			groups.push(group);
			if (fails(group)) throw new Error("the disk is full");
			return direct.write(group);
		},
		close: direct.close,
	};
	const store = sqliteStore(path, false, writer);
	const collections = kinds.map((kind) => store.collection(kind));
	await store.open();
	const close = () => store.close();
	closing.push(close);
	const documentsWritten = () => groups.flat().filter(isDocument);
	return { store, collection: collections[0]!, collections, documentsWritten, close };
};
type Opened = Awaited<ReturnType<typeof opened>>;

const commit = ({ collection }: Pick<Opened, "collection">, id: string, expected: number, group: string) =>
	collection.commit(id, expected, [inGroup(group)], stateOf(id, group), meta);

/** @returns path of a copy of the file, as a process that is killed now would leave it */
const killed = (path: string): string => {
	const copy = newFile();
	for (const suffix of ["", "-wal"]) if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
	return copy;
};
const query = (path: string, sql: string): unknown[] => {
	const database = new DatabaseSync(path);
	try {
		return database.prepare(sql).all();
	} finally {
		database.close();
	}
};
const stored = (path: string) => query(killed(path), "SELECT id, version FROM doc_tally ORDER BY id");
const groupsOf = async (collection: Opened["collection"]) =>
	(await collection.find({ limit: 999 })).map(({ id, version, state }) => [id, version, state.group]);

test("a commit writes no document; one follows within a second, however often the aggregate was committed", async () => {
	const path = newFile();
	const shop = await opened(path);
	for (let version = 0; version < 5; version++) await commit(shop, "a", version, `g${version}`);
	expect(stored(path)).toEqual([]);
	await eventually(() => stored(path).length === 1, "the document is written");
	expect(stored(path)).toEqual([{ id: "a", version: 5 }]);
	expect(shop.documentsWritten()).toHaveLength(1);
});

test("a query sees all that was answered, unless it accepts less", async () => {
	const shop = await opened(newFile());
	await commit(shop, "a", 0, "g");
	expect(await shop.collection.find({ where: { group: "g" }, limit: 1, allowStale: true })).toEqual([]);
	expect(await shop.collection.count({ group: "g" })).toBe(1);
	expect(await shop.collection.find({ where: { group: "g" }, limit: 1 })).toMatchObject([{ id: "a", version: 1 }]);
	expect(await shop.collection.find({ where: { group: "g" }, limit: 1, allowStale: true })).toMatchObject([{ id: "a" }]);
});

test("large documents are no later than others for a query that accepts late ones", async () => {
	const shop = await opened(newFile());
	const padding = "x".repeat(20_000);
	const large = { id: "a", total: 0, group: "", padding };
	await shop.collection.commit("a", 0, [{ type: "tally.padded", padding }], large, meta);
	await shop.collection.find({ limit: 1 });
	await shop.collection.commit("a", 1, [inGroup("g")], { ...large, group: "g" }, meta);
	expect(await shop.collection.find({ where: { group: "g" }, limit: 1, allowStale: true })).toMatchObject([{ id: "a", version: 2 }]);
});

test("queries at the same time write each document once", async () => {
	const shop = await opened(newFile());
	for (const id of ["a", "b", "c"]) await commit(shop, id, 0, "g");
	await Promise.all(Array.from({ length: 9 }, () => shop.collection.find({ limit: 9 })));
	expect(shop.documentsWritten()).toHaveLength(3);
});

test("a state is kept as it is where its kind is immutable, and its document is made when it is written", async () => {
	let made = 0;
	const kind: Tallies = { ...tallies(1, { made: { value: () => ++made } }), immutable: true };
	const shop = await opened(newFile(), [kind]);
	for (let version = 0; version < 5; version++) await commit(shop, "a", version, "g");
	expect(made).toBe(0);
	await shop.collection.find({ limit: 1 });
	expect(made).toBe(1);
});

test("of a kind without fields few commits bring a document, and none can be found", async () => {
	const path = newFile();
	const kind: Tallies = { ...tallies(), fields: {} };
	const shop = await opened(path, [kind]);
	for (let version = 0; version < 20; version++) await commit(shop, "a", version, `g${version}`);
	await commit(shop, "b", 0, "g");
	await expect(shop.collection.find({ limit: 1 })).rejects.toThrow(/declares no fields/);
	await shop.close();
	expect(query(path, "SELECT id, version FROM doc_tally")).toEqual([{ id: "a", version: 16 }]);
	const again = await opened(path, [kind]);
	expect(await again.collection.load("a")).toEqual({ version: 20, state: stateOf("a", "g19") });
	const all = [];
	for await (const document of again.collection.all()) all.push(document.id);
	expect(all).toEqual(["a", "b"]);
});

test("a process that is killed leaves documents behind, and the next start makes them", async () => {
	const path = newFile();
	const shop = await opened(path);
	for (let index = 0; index < 600; index++) void commit(shop, `t${index}`, 0, "first");
	await commit(shop, "t7", 1, "second");
	const copy = killed(path);
	expect(stored(copy)).toEqual([]);
	const again = await opened(copy);
	expect(stored(copy)).toHaveLength(600);
	expect(await again.collection.find({ where: { group: "second" }, limit: 9 })).toMatchObject([{ id: "t7", version: 2 }]);
	expect(again.documentsWritten()).toEqual([]); // the start wrote them, in bounded transactions of its own
});

test("closing writes what waits", async () => {
	const path = newFile();
	const shop = await opened(path);
	await commit(shop, "a", 0, "g");
	await shop.close();
	expect(stored(path)).toEqual([{ id: "a", version: 1 }]);
	const [mark] = query(path, "SELECT documents = (SELECT max(seq) FROM journal) AS isComplete FROM kinds WHERE kind = 'tally'");
	expect(mark).toEqual({ isComplete: 1 });
});

test("the documents of a kind that a start does not know are made by the next one that does", async () => {
	const path = newFile();
	const other: Tallies = { ...tallies(), name: "other" };
	const shop = await opened(path, [tallies(), other]);
	await commit(shop, "a", 0, "g");
	await commit({ collection: shop.collections[1]! }, "b", 0, "g");
	const copy = killed(path);
	const alone = await opened(copy, [tallies()]);
	await commit(alone, "c", 0, "g");
	await alone.close();
	const both = await opened(copy, [tallies(), other]);
	expect(await groupsOf(both.collections[1]!)).toEqual([["b", 1, "g"]]);
	expect(await groupsOf(both.collection)).toEqual([
		["a", 1, "g"],
		["c", 1, "g"],
	]);
});

test("the number of a commit is not given again when the commit was removed", async () => {
	const path = newFile();
	const shop = await opened(path);
	for (const id of ["a", "b"]) await commit(shop, id, 0, "g");
	await shop.collection.find({ limit: 9 });
	for (const id of ["a", "b"]) await shop.collection.remove(id);
	await shop.close(); // the watermark now holds the number of a removed commit
	const again = await opened(path);
	await commit(again, "c", 0, "g");
	expect(await groupsOf((await opened(killed(path))).collection)).toEqual([["c", 1, "g"]]);
});

test("a group that fails loses no document", async () => {
	let isFull = false;
	const path = newFile();
	const shop = await opened(path, [tallies()], (group) => isFull && group.some(isDocument));
	for (const id of ["a", "b"]) await commit(shop, id, 0, "g");
	isFull = true;
	await expect(shop.collection.find({ limit: 9 })).rejects.toThrow(/disk is full/);
	const copy = killed(path);
	isFull = false;
	expect(await groupsOf(shop.collection)).toHaveLength(2);
	expect(await groupsOf((await opened(copy)).collection)).toHaveLength(2);
});

describe("while a document is on its way to the file", () => {
	const microtasks = async (count: number): Promise<void> => {
		for (let each = 0; each < count; each++) await Promise.resolve();
	};
	/** Microtasks between the query and the other work, which is thus queued before the document, in its group or after it. -1: before the query. */
	const moments = [-1, 0, 1, 2, 3, 5, 8, 13];
	const besideQuery = async (shop: Opened, moment: number, work: () => Promise<void>): Promise<void> => {
		const early = moment < 0 ? work() : undefined;
		const found = shop.collection.find({ limit: 9 });
		await microtasks(moment);
		await Promise.all([early ?? work(), found]);
	};

	test.each(moments)("a removal leaves nothing behind (%i)", async (moment) => {
		const path = newFile();
		const shop = await opened(path);
		await commit(shop, "a", 0, "g");
		await besideQuery(shop, moment, () => shop.collection.remove("a"));
		expect(await shop.collection.find({ limit: 9 })).toEqual([]);
		expect(await shop.collection.load("a")).toBeUndefined();
		expect(stored(path)).toEqual([]);
	});

	test.each(moments)("an erasure is in the document (%i)", async (moment) => {
		const path = newFile();
		const shop = await opened(path);
		await commit(shop, "a", 0, "Ana");
		await besideQuery(shop, moment, () => shop.collection.rewrite("a", (event) => ({ ...event, group: "" })));
		expect(await groupsOf(shop.collection)).toEqual([["a", 1, ""]]);
		await shop.close();
		expect(query(path, "SELECT version, state FROM doc_tally")).toEqual([{ version: 1, state: JSON.stringify(stateOf("a", "")) }]);
	});

	test("what begins anew under the same id has nothing of the document that waited", async () => {
		const shop = await opened(newFile());
		await commit(shop, "a", 0, "before");
		await shop.collection.remove("a");
		await Promise.all([commit(shop, "a", 0, "after"), shop.collection.find({ limit: 9 })]);
		expect(await groupsOf(shop.collection)).toEqual([["a", 1, "after"]]);
	});
});

describe("whatever happens at once, and wherever a group fails", () => {
	const DOES = [
		"commit",
		"commit",
		"commit",
		"commit",
		"remove",
		"erase",
		"find",
		"turn",
		"turns",
		"turns",
		"second",
		"second",
		"fail",
	] as const;
	const step = fc.record({ does: fc.constantFrom(...DOES), id: fc.constantFrom("a", "b", "c") });

	/** Selects aggregates whose document lacks a commit up to the watermark. */
	const BEHIND = `SELECT j.id FROM (SELECT id, max(version) AS version FROM journal WHERE seq <= (SELECT documents FROM kinds WHERE kind = 'tally') GROUP BY id) j
		LEFT JOIN doc_tally d ON d.id = j.id WHERE coalesce(d.version, 0) < j.version`;
	/** Selects documents whose commit does not exist. */
	const STRAY = "SELECT id FROM doc_tally d WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.id = d.id AND j.version = d.version)";

	beforeEach(() => {
		jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask", "performance"] });
	});
	afterEach(() => {
		jest.useRealTimers();
	});

	test.each([false, true])(
		"the watermark holds, and the next start finds what the journals say (immutable: %s)",
		async (isImmutable) => {
			const kind: Tallies = { ...tallies(), ...(isImmutable && { immutable: true }) };
			const empty = newFile();
			await (await opened(empty, [kind])).close(); // creates the tables once, because creating them in each run takes most of the time
			let marked = 0;
			await fc.assert(
				fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
					let failing = 0;
					const path = newFile();
					copyFileSync(empty, path);
					const shop = await opened(path, [kind], () => failing-- > 0);
					const { collection } = shop;
					const work: Promise<unknown>[] = [];
					const begun = (step: Promise<unknown>): void => void work.push(step.catch(() => undefined));
					const erased = new Set<string>();
					for (const [index, { does, id }] of steps.entries()) {
						if (does === "fail") failing = 2;
						else if (does === "turn") await nextTurn();
						else if (does === "turns") for (let turn = 0; turn < 8; turn++) await nextTurn();
						else if (does === "second") jest.advanceTimersByTime(1_000);
						else if (does === "find") begun(collection.find({ limit: 9 }));
						else if (does === "remove") begun(collection.remove(id));
						else if (does === "erase") {
							erased.add(id);
							begun(collection.rewrite(id, (event) => ({ ...event, group: "erased" })));
						} else {
							const { version, state } = (await collection.load(id)) ?? { version: 0, state: stateOf(id, "") };
							const group = erased.has(id) ? "erased" : `g${index}`;
							begun(collection.commit(id, version, [inGroup(group)], { ...state, group }, meta));
						}
					}
					const copy = killed(path);
					expect(query(killed(copy), BEHIND)).toEqual([]);
					if ((query(killed(copy), "SELECT documents FROM kinds") as { documents: number }[])[0]!.documents > 0) marked++;
					await Promise.all(work);
					failing = 0;

					for (const { collection: found, close } of [shop, await opened(copy, [kind])]) {
						const all = [];
						for await (const { id, version, state } of found.all()) all.push([id, version, state.group]);
						expect(await groupsOf(found)).toEqual(all);
						await close();
					}
					for (const at of [path, copy]) {
						expect(query(at, BEHIND)).toEqual([]);
						expect(query(at, STRAY)).toEqual([]);
					}
				}),
				{ numRuns: 40 },
			);
			expect(marked).toBeGreaterThan(5);
		},
		60_000,
	);
});
