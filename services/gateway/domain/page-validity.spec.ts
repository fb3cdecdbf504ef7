import type { CatalogueVersion } from "@kernel/catalogue-version";
import { PAGE_VALIDITY_MS, pageSources, type PageSource } from "./page-validity";

/** Their clock is this far behind ours. */
const BEHIND_MS = 500_000;
const theirs = (ours: number): number => ours - BEHIND_MS;
const edition = (generation: number, freshAt: number, saidAt = freshAt, node = "a"): CatalogueVersion => ({
	node,
	generation,
	freshAt: theirs(freshAt),
	saidAt: theirs(saidAt),
});
const NOW = 1_000_000;

test("an answer is believed from when its node had looked, as if it had been made as soon as it was asked for", () => {
	const { recordAnswer } = pageSources();
	// Asked at NOW, made 30 ms later by a node that had looked 400 ms before that.
	const { generation, validUntil } = recordAnswer(edition(7, NOW - 370, NOW + 30), NOW);
	expect([generation, validUntil]).toEqual([7, NOW - 400 + PAGE_VALIDITY_MS]);
});

describe("a pulse", () => {
	let source: PageSource;
	let all: ReturnType<typeof pageSources>;
	beforeEach(() => {
		all = pageSources();
		source = all.recordAnswer(edition(7, NOW, NOW), NOW);
	});

	test("makes it longer", () => {
		all.recordHeartbeat(edition(7, NOW + 500), NOW + 500);
		expect(source.validUntil).toBeCloseTo(NOW + 500 + PAGE_VALIDITY_MS, -1);
		expect(source.validUntil).toBeLessThanOrEqual(NOW + 500 + PAGE_VALIDITY_MS);
	});

	test("counts from when it was said, however late it comes", () => {
		all.recordHeartbeat(edition(7, NOW + 500), NOW + 60_000);
		expect(source.validUntil).toBeLessThanOrEqual(NOW + 500 + PAGE_VALIDITY_MS);
	});

	test("of a node that says nothing new of the store makes nothing longer", () => {
		all.recordHeartbeat(edition(7, NOW, NOW + 5_000), NOW + 5_000);
		expect(source.validUntil).toBeLessThanOrEqual(NOW + PAGE_VALIDITY_MS);
	});

	test("tells of a newer generation; one that was overtaken takes nothing back", () => {
		all.recordHeartbeat(edition(8, NOW + 500), NOW + 500);
		all.recordHeartbeat(edition(7, NOW + 100), NOW + 510);
		expect(source.generation).toBe(8);
		expect(source.validUntil).toBeGreaterThan(NOW + PAGE_VALIDITY_MS);
	});

	test("of another start of the node is another's", () => {
		all.recordHeartbeat(edition(0, NOW + 500, NOW + 500, "b"), NOW + 500);
		expect(source).toEqual({ generation: 7, validUntil: NOW + PAGE_VALIDITY_MS });
	});

	test("is never read as later than it was, though clocks run apart as far as they ever do", () => {
		const hour = 3_600_000;
		// Theirs is fast: after an hour it shows 1.8 s more than it should.
		const fast = { ...edition(7, NOW + hour), freshAt: theirs(NOW + hour) + 0.0005 * hour };
		all.recordHeartbeat(fast, NOW + hour);
		expect(source.validUntil).toBeLessThanOrEqual(NOW + hour + PAGE_VALIDITY_MS);
		// The next answer sets the clocks again.
		all.recordAnswer({ ...fast, saidAt: fast.freshAt }, NOW + hour);
		expect(source.validUntil).toBe(NOW + hour + PAGE_VALIDITY_MS);
	});
});

test("a slow answer makes what is known of the clocks no worse", () => {
	const { recordAnswer, recordHeartbeat } = pageSources();
	const source = recordAnswer(edition(1, NOW), NOW);
	recordAnswer(edition(1, NOW + 900), NOW + 100); // asked 800 ms before it was made
	recordHeartbeat(edition(1, NOW + 1_000), NOW + 1_000);
	expect(source.validUntil).toBeGreaterThan(NOW + 1_000 + PAGE_VALIDITY_MS - 10);
});

test("whoever is silent for long is forgotten, when another comes", () => {
	const { recordAnswer, recordHeartbeat } = pageSources();
	const old = recordAnswer(edition(1, NOW), NOW);
	recordAnswer(edition(1, NOW + 100_000, NOW + 100_000, "b"), NOW + 100_000);
	recordHeartbeat(edition(1, NOW + 100_100), NOW + 100_100);
	expect(old.validUntil).toBe(NOW + PAGE_VALIDITY_MS);
});
