import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { durableFile } from "./durable-file";

jest.mock("node:fs", () => {
	const real = jest.requireActual<typeof fs>("node:fs");
	return {
		...real,
		openSync: jest.fn(real.openSync),
		closeSync: jest.fn(real.closeSync),
		fdatasync: jest.fn(real.fdatasync),
		fsync: jest.fn(real.fsync),
	};
});
const synced = jest.mocked(fs.fdatasync);
const folderSynced = jest.mocked(fs.fsync);

let folder: string;
let path: string;
beforeEach(() => {
	folder = fs.mkdtempSync(join(tmpdir(), "durable-"));
	path = join(folder, "log");
	jest.clearAllMocks();
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const open = () => durableFile({ path: () => path, recordEnd: ";\n" });
const content = (): string => fs.readFileSync(path, "utf8");

test("records of one event loop turn share a write and its fsync", async () => {
	const append = open();
	await Promise.all(Array.from({ length: 50 }, (_, n) => append(`${n};\n`)));
	expect(content()).toBe(Array.from({ length: 50 }, (_, n) => `${n};\n`).join(""));
	expect(synced).toHaveBeenCalledTimes(1);
});

test("a record resolves after its fsync, and after the fsync of the folder for a new file", async () => {
	let sync = (): void => undefined;
	synced.mockImplementationOnce((_file, done) => {
		sync = () => done(null);
	});
	let answered = false;
	const append = open();
	const first = append("1;\n").then(() => (answered = true));
	while (synced.mock.calls.length === 0) await new Promise(setImmediate);
	const second = append("2;\n");
	await new Promise(setImmediate);
	expect(answered).toBe(false);
	expect(content()).toBe("1;\n"); // the second record waits for the next write
	sync();
	await first;
	expect(folderSynced).toHaveBeenCalledTimes(1);
	await second;
	expect(content()).toBe("1;\n2;\n");
	expect(folderSynced).toHaveBeenCalledTimes(1);
});

test("a failed fsync rejects its records and no later ones", async () => {
	synced.mockImplementationOnce((_file, done) => done(Object.assign(new Error("broken"), { code: "EIO" })));
	const append = open();
	const outcomes = await Promise.allSettled([append("1;\n"), append("2;\n")]);
	expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
	await append("3;\n");
	expect(content()).toMatch(/3;\n$/);
});

test("a torn record is terminated, a complete one is unchanged", async () => {
	fs.writeFileSync(path, "1;\n2");
	await open()("3;\n");
	expect(content()).toBe("1;\n2;\n3;\n");
	await open()("4;\n");
	expect(content()).toBe("1;\n2;\n3;\n4;\n");
});

test("a file shorter than the terminator counts as torn", async () => {
	fs.writeFileSync(path, "x");
	await open()("1;\n");
	expect(content()).toBe("x;\n1;\n");
});

test("no file handle stays open", async () => {
	const append = open();
	await append("1;\n");
	synced.mockImplementationOnce((_file, done) => done(new Error("broken")));
	await expect(append("2;\n")).rejects.toThrow();
	expect(fs.openSync).toHaveBeenCalled();
	expect(jest.mocked(fs.closeSync).mock.calls.length).toBe(jest.mocked(fs.openSync).mock.calls.length);
});
