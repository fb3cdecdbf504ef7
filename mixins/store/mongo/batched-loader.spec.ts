import type { DocumentRow } from "./documents";
import { batchedLoader } from "./batched-loader";

const FORM = "today's";
const row = (_id: string, version: number, form = FORM): DocumentRow => ({ _id, version, t: 1, form, state: "{}", f: {} });

const fake = (documents: readonly DocumentRow[], journals: Readonly<Record<string, number>>) => {
	let questions = 0;
	const lastOf = (id: string) => journals[id] ?? 0;
	return {
		questions: () => questions,
		read: batchedLoader(
			{
				form: FORM,
				many: (ids) => (questions++, Promise.resolve(documents.filter(({ _id }) => ids.includes(_id)))),
			},
			{
				present: (keys) => (
					keys.length > 0 && questions++,
					Promise.resolve(keys.filter(({ id, version }) => version <= lastOf(id)))
				),
				known: (ids) => (ids.length > 0 && questions++, Promise.resolve(new Set(ids.filter((id) => lastOf(id) > 0)))),
			},
			true,
		),
	};
};

test("what is loaded in one turn is two questions", async () => {
	const ids = Array.from({ length: 50 }, (_, index) => `t${index}`);
	const { read, questions } = fake(
		ids.map((id, index) => row(id, index + 1)),
		Object.fromEntries(ids.map((id, index) => [id, index + 1])),
	);
	expect((await Promise.all(ids.map(read))).map((found) => found.is)).toEqual(ids.map(() => "document"));
	expect(questions()).toBe(2);
});

test("a document that is not the last word of its journal is not taken for it", async () => {
	const { read } = fake([row("late", 2), row("left over", 3), row("of another time", 1, "yesterday's")], {
		late: 3,
		"without a document": 1,
		"of another time": 1,
	});
	const found = async (id: string) => (await read(id)).is;
	expect(await found("late")).toBe("behind");
	expect(await found("left over")).toBe("behind");
	expect(await found("of another time")).toBe("behind");
	expect(await found("without a document")).toBe("behind");
	expect(await found("never")).toBe("nothing");
});
