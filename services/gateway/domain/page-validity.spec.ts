import type { CatalogueVersion } from "@kernel/catalogue-version";
import { PAGE_VALIDITY_MS, pageSources, type PageSource } from "./page-validity";

/** Offset of the remote clock behind the local one. */
const BEHIND_MS = 500_000;
const theirs = (ours: number): number => ours - BEHIND_MS;
const edition = (generation: number, freshAt: number, saidAt = freshAt, node = "a"): CatalogueVersion => ({
	node,
	generation,
	freshAt: theirs(freshAt),
	saidAt: theirs(saidAt),
});
const NOW = 1_000_000;

test("a reply is valid from the last verification of its node, as if answered at the time of the request", () => {
	const { recordAnswer } = pageSources();
	// Requested at NOW, answered 30 ms later by a node that had verified its catalogue 400 ms earlier.
	const { generation, validUntil } = recordAnswer(edition(7, NOW - 370, NOW + 30), NOW);
	expect([generation, validUntil]).toEqual([7, NOW - 400 + PAGE_VALIDITY_MS]);
});

describe("a heartbeat", () => {
	let source: PageSource;
	let all: ReturnType<typeof pageSources>;
	beforeEach(() => {
		all = pageSources();
		source = all.recordAnswer(edition(7, NOW, NOW), NOW);
	});

	test("extends the validity", () => {
		all.recordHeartbeat(edition(7, NOW + 500), NOW + 500);
		expect(source.validUntil).toBeCloseTo(NOW + 500 + PAGE_VALIDITY_MS, -1);
		expect(source.validUntil).toBeLessThanOrEqual(NOW + 500 + PAGE_VALIDITY_MS);
	});

	test("counts from when it was sent, however late it arrives", () => {
		all.recordHeartbeat(edition(7, NOW + 500), NOW + 60_000);
		expect(source.validUntil).toBeLessThanOrEqual(NOW + 500 + PAGE_VALIDITY_MS);
	});

	test("without a new verification extends nothing", () => {
		all.recordHeartbeat(edition(7, NOW, NOW + 5_000), NOW + 5_000);
		expect(source.validUntil).toBeLessThanOrEqual(NOW + PAGE_VALIDITY_MS);
	});

	test("reports a newer generation; an overtaken one reverts nothing", () => {
		all.recordHeartbeat(edition(8, NOW + 500), NOW + 500);
		all.recordHeartbeat(edition(7, NOW + 100), NOW + 510);
		expect(source.generation).toBe(8);
		expect(source.validUntil).toBeGreaterThan(NOW + PAGE_VALIDITY_MS);
	});

	test("of another start of the node belongs to another source", () => {
		all.recordHeartbeat(edition(0, NOW + 500, NOW + 500, "b"), NOW + 500);
		expect(source).toEqual({ generation: 7, validUntil: NOW + PAGE_VALIDITY_MS });
	});

	test("is never dated later than it was sent, at the maximum drift of clocks", () => {
		const hour = 3_600_000;
		// The remote clock is fast: after an hour it is 1.8 s ahead.
		const fast = { ...edition(7, NOW + hour), freshAt: theirs(NOW + hour) + 0.0005 * hour };
		all.recordHeartbeat(fast, NOW + hour);
		expect(source.validUntil).toBeLessThanOrEqual(NOW + hour + PAGE_VALIDITY_MS);
		// The next reply corrects the offset.
		all.recordAnswer({ ...fast, saidAt: fast.freshAt }, NOW + hour);
		expect(source.validUntil).toBe(NOW + hour + PAGE_VALIDITY_MS);
	});
});

test("a slow reply does not worsen the clock offset", () => {
	const { recordAnswer, recordHeartbeat } = pageSources();
	const source = recordAnswer(edition(1, NOW), NOW);
	recordAnswer(edition(1, NOW + 900), NOW + 100); // requested 800 ms before the reply
	recordHeartbeat(edition(1, NOW + 1_000), NOW + 1_000);
	expect(source.validUntil).toBeGreaterThan(NOW + 1_000 + PAGE_VALIDITY_MS - 10);
});

test("a long silent node is removed when another one appears", () => {
	const { recordAnswer, recordHeartbeat } = pageSources();
	const old = recordAnswer(edition(1, NOW), NOW);
	recordAnswer(edition(1, NOW + 100_000, NOW + 100_000, "b"), NOW + 100_000);
	recordHeartbeat(edition(1, NOW + 100_100), NOW + 100_100);
	expect(old.validUntil).toBe(NOW + PAGE_VALIDITY_MS);
});
