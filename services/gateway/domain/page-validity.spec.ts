import type { Edition } from "@kernel/catalogue-version";
import { BELIEVED_MS, sources, type Source } from "./page-validity";

/** Their clock is this far behind ours. */
const BEHIND_MS = 500_000;
const theirs = (ours: number): number => ours - BEHIND_MS;
const edition = (generation: number, freshAt: number, saidAt = freshAt, node = "a"): Edition => ({
	node,
	generation,
	freshAt: theirs(freshAt),
	saidAt: theirs(saidAt),
});
const NOW = 1_000_000;

test("an answer is believed from when its node had looked, as if it had been made as soon as it was asked for", () => {
	const { answered } = sources();
	// Asked at NOW, made 30 ms later by a node that had looked 400 ms before that.
	const { generation, believedUntil } = answered(edition(7, NOW - 370, NOW + 30), NOW);
	expect([generation, believedUntil]).toEqual([7, NOW - 400 + BELIEVED_MS]);
});

describe("a pulse", () => {
	let source: Source;
	let all: ReturnType<typeof sources>;
	beforeEach(() => {
		all = sources();
		source = all.answered(edition(7, NOW, NOW), NOW);
	});

	test("makes it longer", () => {
		all.heard(edition(7, NOW + 500), NOW + 500);
		expect(source.believedUntil).toBeCloseTo(NOW + 500 + BELIEVED_MS, -1);
		expect(source.believedUntil).toBeLessThanOrEqual(NOW + 500 + BELIEVED_MS);
	});

	test("counts from when it was said, however late it comes", () => {
		all.heard(edition(7, NOW + 500), NOW + 60_000);
		expect(source.believedUntil).toBeLessThanOrEqual(NOW + 500 + BELIEVED_MS);
	});

	test("of a node that says nothing new of the store makes nothing longer", () => {
		all.heard(edition(7, NOW, NOW + 5_000), NOW + 5_000);
		expect(source.believedUntil).toBeLessThanOrEqual(NOW + BELIEVED_MS);
	});

	test("tells of a newer generation; one that was overtaken takes nothing back", () => {
		all.heard(edition(8, NOW + 500), NOW + 500);
		all.heard(edition(7, NOW + 100), NOW + 510);
		expect(source.generation).toBe(8);
		expect(source.believedUntil).toBeGreaterThan(NOW + BELIEVED_MS);
	});

	test("of another start of the node is another's", () => {
		all.heard(edition(0, NOW + 500, NOW + 500, "b"), NOW + 500);
		expect(source).toEqual({ generation: 7, believedUntil: NOW + BELIEVED_MS });
	});

	test("is never read as later than it was, though clocks run apart as far as they ever do", () => {
		const hour = 3_600_000;
		// Theirs is fast: after an hour it shows 1.8 s more than it should.
		const fast = { ...edition(7, NOW + hour), freshAt: theirs(NOW + hour) + 0.0005 * hour };
		all.heard(fast, NOW + hour);
		expect(source.believedUntil).toBeLessThanOrEqual(NOW + hour + BELIEVED_MS);
		// The next answer sets the clocks again.
		all.answered({ ...fast, saidAt: fast.freshAt }, NOW + hour);
		expect(source.believedUntil).toBe(NOW + hour + BELIEVED_MS);
	});
});

test("a slow answer makes what is known of the clocks no worse", () => {
	const { answered, heard } = sources();
	const source = answered(edition(1, NOW), NOW);
	answered(edition(1, NOW + 900), NOW + 100); // asked 800 ms before it was made
	heard(edition(1, NOW + 1_000), NOW + 1_000);
	expect(source.believedUntil).toBeGreaterThan(NOW + 1_000 + BELIEVED_MS - 10);
});

test("whoever is silent for long is forgotten, when another comes", () => {
	const { answered, heard } = sources();
	const old = answered(edition(1, NOW), NOW);
	answered(edition(1, NOW + 100_000, NOW + 100_000, "b"), NOW + 100_000);
	heard(edition(1, NOW + 100_100), NOW + 100_100);
	expect(old.believedUntil).toBe(NOW + BELIEVED_MS);
});
