import { versions } from "./versions";

const fake = (stored: Map<string, number>) => {
	let questions = 0;
	return {
		stored,
		questions: () => questions,
		last: (id: string) => (questions++, Promise.resolve(stored.get(id) ?? 0)),
		present: (keys: readonly { id: string; version: number }[]) => (
			questions++,
			Promise.resolve(keys.filter(({ id, version }) => version <= (stored.get(id) ?? 0)))
		),
	};
};

test("what is asked in one turn is one question, and right guesses need no other", async () => {
	const ids = Array.from({ length: 50 }, (_, index) => `t${index}`);
	const journal = fake(new Map(ids.map((id, index) => [id, index + 1])));
	const known = versions(journal);
	for (const id of ids) known.learn(id, journal.stored.get(id)!);
	expect(await Promise.all(ids.map((id) => known.get(id)))).toEqual(ids.map((_, index) => index + 1));
	expect(journal.questions()).toBe(1);
});

test("a guess is never told where another node has committed, or removed it", async () => {
	const journal = fake(new Map([["grown", 3]]));
	const known = versions(journal);
	known.learn("grown", 2);
	known.learn("gone", 5);
	expect(await Promise.all(["grown", "gone", "never", "grown"].map((id) => known.get(id)))).toEqual([3, 0, 0, 3]);
});
