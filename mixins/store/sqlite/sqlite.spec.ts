import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { transformFileSync } from "@swc/core";
import { storeConformance, tallies } from "@tests/support/store-conformance";
import { fingerprint } from "../document-policy";
import { sqliteStore } from ".";
import { createTable } from "./documents";
import { SqliteDatabase } from "./database";
import { sqliteMigrations } from "./migration-admin";
import { migrate, SCHEMA_VERSION, STEPS } from "./migration-runner";

const folder = () => mkdtempSync(join(tmpdir(), "tianguis-store-"));

storeConformance("SQLite", () => {
	const path = folder();
	return Promise.resolve({
		open: () => sqliteStore(join(path, "store.db")),
		dispose: () => {
			rmSync(path, { recursive: true });
			return Promise.resolve();
		},
	});
});

describe("the file", () => {
	let path: string;
	beforeEach(() => {
		path = folder();
	});
	afterEach(() => {
		rmSync(path, { recursive: true });
	});
	const file = () => join(path, "store.db");

	test("of the first schema is brought to today's, with what it holds", async () => {
		const old = new DatabaseSync(file());
		old.exec(`CREATE TABLE journal (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL,
				actor TEXT NOT NULL, correlation TEXT NOT NULL, causation TEXT NOT NULL, events TEXT NOT NULL) STRICT;
			CREATE UNIQUE INDEX journal_of ON journal (kind, id, version);
			CREATE TABLE relay (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
			INSERT INTO relay VALUES ('published', 0);
			CREATE TABLE kinds (kind TEXT PRIMARY KEY, fingerprint TEXT NOT NULL) STRICT;
			INSERT INTO journal VALUES (1, 'tally', 'a', 1, 1, 'x', 'x', 'x', '[{"type":"tally.added","amount":7}]');
			PRAGMA user_version = 1`);
		old.close();
		const store = sqliteStore(file());
		const collection = store.collection(tallies());
		await store.open();
		expect(await collection.find({ where: { total: 7 }, limit: 9 })).toMatchObject([{ id: "a", version: 1 }]);
		expect(await store.unpublished(9)).toMatchObject([{ id: "a", version: 1 }]);
		await store.close();
		const after = new DatabaseSync(file());
		expect(after.prepare("PRAGMA user_version").get()).toEqual({ user_version: SCHEMA_VERSION });
		after.close();
	});

	test("of the schema without late documents keeps its documents, and goes on from its last commit", async () => {
		const old = new SqliteDatabase(file());
		migrate(old, STEPS.slice(0, 3));
		createTable(old, tallies());
		old.database.exec(`INSERT INTO journal (seq, kind, id, version, at, actor, correlation, causation, events)
			VALUES (5, 'tally', 'a', 1, 1, 'x', 'x', 'x', '[{"type":"tally.added","amount":7}]')`);
		old.prepare("INSERT INTO kinds VALUES ('tally', ?)").run(fingerprint(tallies()));
		const state = { id: "a", total: 7, group: "", padding: "" };
		old.prepare("INSERT INTO doc_tally VALUES ('a', 1, ?, 7, NULL)").run(JSON.stringify(state));
		await old.close();

		const store = sqliteStore(file());
		const collection = store.collection(tallies());
		await store.open();
		expect(await collection.find({ where: { total: 7 }, limit: 9 })).toEqual([{ id: "a", version: 1, state }]);
		const cause = { at: 2, actor: "x", correlationId: "x", causationId: "x" };
		expect(await collection.commit("a", 1, [{ type: "tally.added", amount: 1 }], { ...state, total: 8 }, cause)).toBe(true);
		expect((await store.unpublished(9)).map(({ version }) => version)).toEqual([1, 2]);
		await store.close();
		const after = new DatabaseSync(file());
		expect(after.prepare("SELECT kind, documents FROM kinds").all()).toEqual([{ kind: "tally", documents: 6 }]);
		after.close();
	});

	test("of a newer program is refused, and left as it is", async () => {
		const newer = new DatabaseSync(file());
		newer.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
		newer.close();
		const store = sqliteStore(file());
		expect(() => store.open()).toThrow(/newer version of the program/);
		await store.close();
	});

	test("a step that fails leaves it as it was, and is named", async () => {
		const before = sqliteStore(file());
		await before.open();
		await before.close();
		const broken = new SqliteDatabase(file());
		const steps = [
			...STEPS,
			{ version: SCHEMA_VERSION + 1, name: "one more", sql: "CREATE TABLE more (a INTEGER); SELECT nothing FROM nowhere" },
		];
		expect(() => migrate(broken, steps)).toThrow(/one more/);
		expect(broken.database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'more'").get()).toEqual({ n: 0 });
		await broken.close();
		const migrations = sqliteMigrations(file());
		expect(await migrations.status()).toMatchObject({ version: SCHEMA_VERSION });
		expect(await migrations.up()).toEqual([]);
	});

	test("of an older program is brought to today's by who says so, as by a start", async () => {
		const old = new SqliteDatabase(file());
		migrate(old, STEPS.slice(0, 1));
		await old.close();
		const migrations = sqliteMigrations(file());
		expect(await migrations.status()).toMatchObject({ version: 1 });
		expect((await migrations.up()).map(({ version }) => version)).toEqual(STEPS.slice(1).map(({ version }) => version));
		expect(await migrations.status()).toMatchObject({ version: SCHEMA_VERSION });
		expect(await sqliteMigrations(join(path, "nowhere.db")).status()).toMatchObject({ version: 0 });
	});

	test("is written and closed to the end by a process that has nothing else to do", () => {
		for (const source of ["database", "group-writer", "threaded-writer"]) {
			const { code } = transformFileSync(join(__dirname, `${source}.ts`), {
				jsc: { parser: { syntax: "typescript" }, target: "es2024" },
				module: { type: "commonjs" },
			});
			writeFileSync(join(path, `${source}.js`), code);
		}
		copyFileSync(join(__dirname, "writer.cjs"), join(path, "writer.cjs"));
		const script = `const { SqliteDatabase } = require("./database.js");
			const file = new SqliteDatabase("store.db");
			const write = (sql) => file.write({ first: { sql, values: [] }, then: [] });
			write("CREATE TABLE a (b)").then(() => write("INSERT INTO a VALUES (1)")).then((written) => file.close().then(() => console.log(written)));`;
		expect(execFileSync(process.execPath, ["-e", script], { cwd: path, encoding: "utf8" }).trim()).toBe("true");
	});

	test("a group in which one write fails is not written at all, and its documents neither", async () => {
		const group = new SqliteDatabase(file());
		group.database.exec("CREATE TABLE t (n INTEGER PRIMARY KEY)");
		const insert = { sql: "INSERT INTO t VALUES (1)", values: [] };
		const outcomes = await Promise.allSettled([
			group.write({ first: insert, then: [] }),
			group.write({ first: { sql: "INSERT INTO nowhere VALUES (1)", values: [] }, then: [] }),
		]);
		expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
		expect(group.prepare("SELECT count(*) AS n FROM t").get()).toEqual({ n: 0 });
		expect(await group.write({ first: insert, then: [] })).toBe(true);
		await group.close();
	});
});
