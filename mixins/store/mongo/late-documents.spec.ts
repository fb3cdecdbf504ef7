import { eventually } from "@tests/support/world";
import type { DocumentRow } from "./documents";
import { lateDocuments } from "./late-documents";

const row = (id: string, version: number): DocumentRow => ({ _id: id, version, t: version, form: "f", state: "{}", f: {} });
const versionsOf = (rows: readonly DocumentRow[]): string[] => rows.map(({ _id, version }) => `${_id}${version}`);

const gathering = (write?: (rows: readonly DocumentRow[]) => Promise<void>) => {
	const written: string[][] = [];
	const late = lateDocuments(
		(ids) => Promise.resolve(ids.map((id) => row(id, 99))),
		(rows) => (write ? write(rows) : Promise.resolve(void written.push(versionsOf(rows)))),
		5,
	);
	return { late, written };
};

test("the last document of each aggregate is written, all at once and by itself", async () => {
	const { late, written } = gathering();
	for (const version of [1, 2, 3]) late.add("a", version, row("a", version));
	late.add("b", 1, row("b", 1));
	late.add("a", 2, row("a", 2));
	await eventually(() => written.length > 0, "they are written");
	expect(written).toEqual([["a3", "b1"]]);
	await late.flush();
	expect(written).toHaveLength(1);
});

test("one that is not at hand is made from the journal, once", async () => {
	const { late, written } = gathering();
	late.add("a", 120); // beyond the journal, as after a commit with an unknown outcome
	await late.flush();
	await late.flush();
	expect(written).toEqual([["a99"]]);
});

test("one that was added while others were being written is not forgotten", async () => {
	const first = Promise.withResolvers<undefined>();
	const written: string[][] = [];
	const { late } = gathering((rows) => {
		written.push(versionsOf(rows));
		return written.length === 1 ? first.promise : Promise.resolve();
	});
	late.add("a", 1, row("a", 1));
	const flushed = late.flush();
	await eventually(() => written.length === 1);
	late.add("a", 2, row("a", 2));
	const flushedAgain = late.flush();
	first.resolve(undefined);
	await Promise.all([flushed, flushedAgain]);
	expect(written).toEqual([["a1"], ["a2"]]);
});

test("what could not be written is tried again by itself, and a query is told", async () => {
	let attempts = 0;
	const { late } = gathering(() => (++attempts < 3 ? Promise.reject(new Error("no primary")) : Promise.resolve()));
	late.add("a", 1, row("a", 1));
	await expect(late.flush()).rejects.toThrow("no primary");
	await eventually(() => attempts === 3, "it is written");
	await late.flush();
	expect(attempts).toBe(3);
});
