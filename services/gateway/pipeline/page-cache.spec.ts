import { bearer, gatewayWorld, send, type GatewayWorld } from "@tests/support/gateway";
import { pageCache } from "./page-cache";

describe("the cache", () => {
	const page = (etag: string, size = 10) => ({ etag, body: Buffer.alloc(size) });

	test("serves a page for two seconds; then one request revalidates while others still receive it", () => {
		const pages = pageCache();
		pages.store("/a", pages.generation(), page("1"), 1_000);
		expect(pages.find("/a", 2_999)?.etag).toBe("1");
		expect(pages.find("/a", 3_000)).toBeUndefined();
		expect(pages.find("/a", 3_001)?.etag).toBe("1");
		expect(pages.find("/a", 3_400)).toBeUndefined();
		pages.store("/a", pages.generation(), page("1"), 3_400);
		expect(pages.find("/a", 5_000)?.etag).toBe("1");
	});

	test("stores no page that was read before a clear", () => {
		const pages = pageCache();
		const before = pages.generation();
		pages.clear();
		pages.store("/a", before, page("1"), 1_000);
		expect(pages.find("/a", 1_000)).toBeUndefined();
	});

	test("replaces a page of the same URL", () => {
		const pages = pageCache();
		pages.store("/a", 0, page("1"), 1_000);
		pages.store("/a", 0, page("2"), 1_001);
		expect(pages.find("/a", 1_002)?.etag).toBe("2");
	});

	test("is bounded: evicts unused pages and rejects those that are too large", () => {
		const pages = pageCache();
		for (let index = 0; index < 100; index++) pages.store(`/${index}`, 0, page("1", 1_000_000), 1_000);
		expect(pages.find("/0", 1_000)).toBeUndefined();
		expect(pages.find("/99", 1_000)).toBeDefined();
		pages.store("/large", 0, page("1", 3_000_000), 1_000);
		pages.store(`/${"x".repeat(2_000)}`, 0, page("1"), 1_000);
		expect(pages.find("/large", 1_000)).toBeUndefined();
		expect(pages.find(`/${"x".repeat(2_000)}`, 1_000)).toBeUndefined();
	});
});

describe("a page with a catalogue version", () => {
	const edition = (generation: number, freshAt: number, node = "a") => ({ node, generation, freshAt, saidAt: freshAt });
	const page = (etag: string, generation: number, freshAt: number, node?: string) => ({
		etag,
		body: Buffer.alloc(10),
		edition: edition(generation, freshAt, node),
	});
	const NOW = 100_000;
	let pages: ReturnType<typeof pageCache>;
	beforeEach(() => {
		pages = pageCache();
		pages.store("/a", 0, page("1", 5, NOW), NOW);
	});
	/** Two heartbeats per second without a change. */
	const pulses = (until: number, generation = 5) => {
		for (let at = NOW + 500; at <= until; at += 500) pages.recordHeartbeat(edition(generation, at), at);
	};

	test("is valid while its node confirms the version", () => {
		pulses(NOW + 600_000);
		expect(pages.find("/a", NOW + 600_400)?.etag).toBe("1");
	});

	test("is revalidated when its node falls silent, and expires two seconds after its last confirmation", () => {
		pulses(NOW + 10_000);
		const last = NOW + 10_000;
		expect(pages.find("/a", last + 1_700)).toBeDefined();
		expect(pages.find("/a", last + 1_760)).toBeUndefined();
		expect(pages.find("/a", last + 1_770)).toBeDefined();
		expect(pages.find("/a", last + 2_000)).toBeUndefined();
		expect(pages.find("/a", last + 2_001)).toBeUndefined();
	});

	test("is not served if it was not requested while its node was silent", () => {
		expect(pages.find("/a", NOW + 60_000)).toBeUndefined();
		expect(pages.find("/a", NOW + 60_001)).toBeUndefined();
	});

	test("expires at once when its node has a newer generation, and is valid again if unchanged", () => {
		pages.recordHeartbeat(edition(6, NOW + 100), NOW + 100);
		expect(pages.find("/a", NOW + 100)).toBeUndefined();
		expect(pages.find("/a", NOW + 101)).toBeUndefined();
		pages.store("/a", 0, page("1", 6, NOW + 110), NOW + 105);
		expect(pages.find("/a", NOW + 120)?.etag).toBe("1");
	});

	test("is stored only if it is not older than the newest known generation", () => {
		pages.recordHeartbeat(edition(7, NOW + 100), NOW + 100);
		pages.store("/b", 0, page("1", 6, NOW + 90), NOW + 80);
		expect(pages.find("/b", NOW + 101)).toBeUndefined();
		pages.store("/b", 0, page("1", 8, NOW + 110), NOW + 105);
		pages.recordHeartbeat(edition(7, NOW + 100), NOW + 112); // delayed in transit
		expect(pages.find("/b", NOW + 120)).toBeDefined();
		expect(pages.find("/a", NOW + 120)).toBeUndefined();
	});

	test("does not depend on other nodes", () => {
		pages.store("/b", 0, page("2", 900, NOW, "b"), NOW);
		pages.recordHeartbeat(edition(901, NOW + 500, "b"), NOW + 500);
		pages.recordHeartbeat(edition(5, NOW + 500), NOW + 500);
		expect(pages.find("/a", NOW + 2_000)).toBeDefined();
		expect(pages.find("/b", NOW + 600)).toBeUndefined();
	});

	test("is taken from another node when its own has left", () => {
		pulses(NOW + 1_000);
		const later = NOW + 3_100;
		pages.store("/a", 0, page("1", 40, later, "b"), later);
		expect(pages.find("/a", later + 1_000)).toBeDefined();
		pages.recordHeartbeat(edition(6, later + 1_100), later + 1_100); // the node returns: the page now belongs to another node
		expect(pages.find("/a", later + 1_200)).toBeDefined();
	});

	test("of a silent node is revalidated at a limited rate", () => {
		const later = NOW + 60_000;
		pages.store("/a", 0, { ...page("1", 5, NOW), edition: { ...edition(5, NOW), saidAt: later } }, later);
		expect(pages.find("/a", later + 200)).toBeDefined();
		expect(pages.find("/a", later + 300)).toBeUndefined();
	});

	test("is removed when any node reports a change of the catalogue", () => {
		pages.clear();
		expect(pages.find("/a", NOW + 1)).toBeUndefined();
	});
});

describe("the catalogue", () => {
	let edge: GatewayWorld;
	let now = 1_000_000;
	beforeAll(async () => {
		edge = await gatewayWorld({ clock: () => now });
	});
	afterAll(() => edge.stop());
	beforeEach(() => {
		now += 10_000;
		edge.shop.calls.clear();
	});

	const get = (name: string, headers?: Record<string, string>) => send(`${edge.url}/v1/catalogue/${name}`, "GET", undefined, headers);

	test("is requested once and then served from the cache", async () => {
		const [first, second] = [await get("a"), await get("a", { "x-request-id": "mine" })];
		expect(second.json).toEqual({ name: "a", edition: 1 });
		const heads = [first, second].map(({ headers }) =>
			Object.fromEntries([...headers].filter(([name]) => name !== "x-request-id" && name !== "date")),
		);
		expect(heads[1]).toEqual(heads[0]);
		expect(heads[0]).toMatchObject({
			etag: '"a-1"',
			"cache-control": "public, max-age=0, must-revalidate",
			"content-type": "application/json; charset=utf-8",
		});
		expect(second.headers.get("x-request-id")).toBe("mine");
		expect(edge.shop.calls.get("page")).toBe(1);
	});

	test("is requested once for concurrent guests, and for each request with a token", async () => {
		const many = await Promise.all(Array.from({ length: 20 }, () => get("many")));
		expect(many.every(({ status, json }) => status === 200 && json.name === "many")).toBe(true);
		expect(new Set(many.map(({ headers }) => headers.get("x-request-id"))).size).toBe(20);
		expect(edge.shop.calls.get("page")).toBe(1);
		await Promise.all(Array.from({ length: 2 }, () => get("many", bearer("customer"))));
		expect(edge.shop.calls.get("page")).toBe(3);
	});

	test("answers 304 for a current version", async () => {
		await get("b");
		for (const tag of ['"b-1"', 'W/"b-1"', "*", '"x", "b-1"']) {
			const spared = await get("b", { "if-none-match": tag });
			expect([spared.status, spared.text, spared.headers.get("etag")]).toEqual([304, "", '"b-1"']);
		}
		expect((await get("b", { "if-none-match": '"b-0"' })).status).toBe(200);
	});

	test("is fresh after a reported change, and at the latest after two seconds", async () => {
		await get("c");
		edge.shop.edition = 2;
		expect((await get("c")).json.edition).toBe(1);
		await edge.broker.broadcast("catalogue.changed");
		expect((await get("c")).json.edition).toBe(2);
		edge.shop.edition = 3;
		now += 2_000;
		expect((await get("c")).json.edition).toBe(3);
		edge.shop.edition = 1;
	});

	test("caches by exact URL, and no errors", async () => {
		await edge.broker.broadcast("catalogue.changed");
		await get("d");
		expect((await get("e")).json.name).toBe("e");
		expect((await get("d?x=1")).status).toBe(400);
		for (let time = 0; time < 2; time++) expect((await get("none")).json.code).toBe("PRODUCT_NOT_FOUND");
		expect(edge.shop.calls.get("page")).toBe(4);
	});

	test("requires a given token to be valid", async () => {
		await get("f");
		expect((await get("f", { authorization: "Bearer stale" })).status).toBe(401);
		expect((await get("f", bearer("customer"))).status).toBe(200);
	});

	test("answers HEAD and rejects POST", async () => {
		await get("g");
		const head = await send(`${edge.url}/v1/catalogue/g`, "HEAD");
		expect([head.status, head.text, head.headers.get("etag")]).toEqual([200, "", '"g-1"']);
		expect((await send(`${edge.url}/v1/catalogue/g`, "POST", {})).status).toBe(405);
	});
});
