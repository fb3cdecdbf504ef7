import { versionCache } from "./version-cache";

const fake = (stored: Map<string, number>) => {
	let questions = 0;
	return {
		stored,
		questions: () => questions,
		last: (id: string) => (questions++, Promise.resolve(stored.has(id) ? { _id: { version: stored.get(id)! } } : undefined)),
		present: (keys: readonly { id: string; version: number }[]) => (
			questions++,
			Promise.resolve(keys.filter(({ id, version }) => version <= (stored.get(id) ?? 0)))
		),
	};
};

test("what is asked in one turn is one question, and right guesses need no other", async () => {
	const ids = Array.from({ length: 50 }, (_, index) => `t${index}`);
	const journal = fake(new Map(ids.map((id, index) => [id, index + 1])));
	const known = versionCache(journal, false);
	for (const id of ids) known.learn(id, journal.stored.get(id)!);
	expect(await Promise.all(ids.map((id) => known.get(id)))).toEqual(ids.map((_, index) => index + 1));
	expect(journal.questions()).toBe(1);
});

test("a guess is never told where another node has committed, or removed it", async () => {
	const journal = fake(new Map([["grown", 3]]));
	const known = versionCache(journal, false);
	known.learn("grown", 2);
	known.learn("gone", 5);
	expect(await Promise.all(["grown", "gone", "never", "grown"].map((id) => known.get(id)))).toEqual([3, 0, 0, 3]);
});

test("of what may be removed, only what was read lately can be compared by its number", async () => {
	const journal = fake(new Map([["a", 2]]));
	let now = 0;
	const known = versionCache(journal, true, () => now);
	known.learn("a", 2);
	expect(known.isComparable("a")).toBe(true);
	expect(await known.get("a")).toBe(2);
	now += 25 * 3_600_000;
	expect(known.isComparable("a")).toBe(false);
	expect(await known.get("a")).not.toBe(2);
	expect(known.isComparable("a")).toBe(false);
	known.learn("a", 2);
	expect(await known.get("a")).toBe(2);
	expect(await known.get("nothing")).toBe(0);
});
