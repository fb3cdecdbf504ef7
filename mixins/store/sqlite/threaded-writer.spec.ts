import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as threads from "node:worker_threads";
import { row, SqliteDatabase } from "./database";
import type { Write } from "./group-writer";

const started: threads.Worker[] = [];
jest.mock("node:worker_threads", () => {
	const actual = jest.requireActual<typeof threads>("node:worker_threads");
	return {
		...actual,
		Worker: class extends actual.Worker {
			constructor(...args: ConstructorParameters<typeof actual.Worker>) {
				super(...args);
				started.push(this);
			}
		},
	};
});

let folder: string;
let file: SqliteDatabase;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "tianguis-writer-"));
	file = new SqliteDatabase(join(folder, "store.db"));
	file.database.exec("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)");
});
afterEach(async () => {
	await file.close();
	started.splice(0);
	rmSync(folder, { recursive: true });
});

const insert = (n: number, text = ""): Write => ({
	first: { sql: "INSERT INTO t VALUES (?, ?) ON CONFLICT DO NOTHING", values: [n, text] },
	then: [],
});
const numbers = () => file.prepare("SELECT n FROM t ORDER BY n").all();
const pages = (most: number): Write => ({ first: { sql: `PRAGMA max_page_count = ${most}`, values: [] }, then: [] });

test("a write that is refused leaves out what depends on it, and nothing else", async () => {
	const dependent = { ...insert(1), then: [insert(9).first] };
	expect(await Promise.all([insert(1), dependent, insert(2)].map((write) => file.write(write)))).toEqual([true, false, true]);
	expect(numbers()).toEqual([{ n: 1 }, { n: 2 }]);
});

test("what is told of a write comes before all answers of its group", async () => {
	const heard: string[] = [];
	const one = file.write(insert(1), () => heard.push("1 written")).then(() => heard.push("1 answered"));
	const refused = file.write(insert(1), () => heard.push("never")).then(() => heard.push("2 answered"));
	const three = file.write(insert(3), () => heard.push("3 written")).then(() => heard.push("3 answered"));
	await Promise.all([one, refused, three]);
	expect(heard).toEqual(["1 written", "3 written", "1 answered", "2 answered", "3 answered"]);
});

test("a full disk fails a group; once there is room again, writes succeed", async () => {
	await file.write(insert(1));
	await file.write(pages(3));
	const failed = await Promise.allSettled([file.write(insert(2)), file.write(insert(3, "x".repeat(100_000)))]);
	expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
	await file.write(pages(1_000_000));
	expect(await file.write(insert(4))).toBe(true);
	expect(numbers()).toEqual([{ n: 1 }, { n: 4 }]);
});

test("a disk that fails ends all writing, since what it holds is unknown", async () => {
	await file.write(insert(1));
	file.transaction(() => file.database.exec("INSERT INTO t VALUES (2, '')")); // forces the writer thread to read the WAL
	truncateSync(join(folder, "store.db-wal"), 0);
	await expect(file.write(insert(3))).rejects.toThrow(/disk I\/O error/);
	await expect(file.write(insert(4))).rejects.toThrow(/until the program is started again/);
});

test("a thread that ends fails what it had in hand, and all later writes", async () => {
	await file.write(insert(1));
	const inFlight = file.write({
		first: {
			sql: "WITH RECURSIVE c(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM c LIMIT 1000000) INSERT INTO t SELECT n, '' FROM c",
			values: [],
		},
		then: [],
	});
	setImmediate(() => void started[0]!.terminate());
	await expect(inFlight).rejects.toThrow(/has ended/);
	await expect(file.write(insert(4))).rejects.toThrow(/has ended/);
});

test("closing writes what is due; a later write fails", async () => {
	const due = file.write(insert(1));
	const closed = Promise.all([file.close(), file.close()]);
	await expect(file.write(insert(2))).rejects.toThrow(/is closed/);
	expect(await due).toBe(true);
	await closed;
	const again = new SqliteDatabase(join(folder, "store.db"));
	expect(row(again.prepare("SELECT count(*) AS n FROM t"))).toEqual({ n: 1 });
	await again.close();
});

test("a file that was opened for reading is not written", async () => {
	const reader = new SqliteDatabase(join(folder, "store.db"), true);
	await expect(reader.write(insert(1))).rejects.toThrow(/opened for reading/);
	await reader.close();
});
