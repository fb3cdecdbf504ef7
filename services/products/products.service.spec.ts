import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Context } from "moleculer";
import type { ErrorCode } from "@kernel/errors";
import { call } from "@kernel/contract";
import type { CloudEvent } from "@kernel/cloud-event";
import { nameClaims } from "@mixins/actors/name-claims";
import { subscription } from "@mixins/events/event-bus";
import { Inventory, InventoryEvents } from "@services/inventory/inventory.contract";
import { inventory } from "@services/inventory/inventory.service";
import { eventually, world, type World } from "@tests/support/world";
import {
	CATALOGUE_CHANGED,
	ProductEvents,
	Products,
	BYTES_CONSUMED,
	type Facets,
	type ImportReport,
	type Product,
	type Serialized,
} from "./products.contract";
import { products } from "./products.service";

const EVENTS = [...Object.values(ProductEvents), ...Object.values(InventoryEvents)];
let shop: World;

beforeEach(async () => {
	shop = await world([inventory, products], { events: EVENTS });
});
afterEach(() => shop.stop());

const EUR = (amount: number) => ({ amount, currency: "EUR" });
const mug = (more: Record<string, unknown> = {}) => ({ title: "Clay mug", variants: [{ sku: "MUG-1", price: EUR(900) }], ...more });
const create = (input: object): Promise<Product> => call(shop.broker, Products.create, input as never);
const update = (id: string, input: object, meta: object = {}): Promise<Product> =>
	shop.broker.call(Products.update.name, { id, ...input }, { meta });

const json = <T>(page: unknown): T => JSON.parse((page as Serialized).body.toString()) as T;
interface Found {
	items: Product[];
	total: number;
	nextCursor: string | null;
	facets?: Facets;
}
const browse = async (params: object = {}): Promise<Found> => json(await call(shop.broker, Products.browse, params as never));
const view = async (handleOrId: string): Promise<Product> => json(await call(shop.broker, Products.view, { handleOrId }));
const refusal = async (work: Promise<unknown>): Promise<{ code: ErrorCode; paths: string[] }> => {
	const { type, data } = await work.then(
		() => Promise.reject(new Error("it was not refused")),
		(cause: unknown) => cause as { type: ErrorCode; data: { errors?: { path: string }[] } },
	);
	return { code: type, paths: (data.errors ?? []).map(({ path }) => path) };
};

const importCsv = (csv: string | Buffer, params: object = {}): Promise<ImportReport> =>
	shop.broker.call(Products.import.name, params, { stream: Readable.from([Buffer.from(csv)]) });
const exportCsv = async (): Promise<string> => text((await call(shop.broker, Products.export, {})) as Readable);
const stockOf = (sku: string) => call(shop.broker, Inventory.level, { sku });

describe("products written by staff", () => {
	test("are visible to the next request", async () => {
		const made = await create(mug());
		expect(made).toMatchObject({
			handle: "clay-mug",
			status: "active",
			version: 1,
			inStock: false,
			variants: [{ sku: "MUG-1", available: 0 }],
		});
		expect(await view("clay-mug")).toMatchObject({ id: made.id });
		expect((await browse({ q: "mug" })).items.map(({ id }) => id)).toEqual([made.id]);
		await update(made.id, { title: "Clay cup", handle: "cup" });
		expect(await view("cup")).toMatchObject({ title: "Clay cup", version: 2 });
		expect((await refusal(view("clay-mug"))).code).toBe("PRODUCT_NOT_FOUND");
		await call(shop.broker, Products.remove, { id: made.id });
		expect((await browse()).total).toBe(0);
		expect((await refusal(call(shop.broker, Products.read, { id: made.id }))).code).toBe("PRODUCT_NOT_FOUND");
		expect((await refusal(update(made.id, { title: "x" }))).code).toBe("PRODUCT_NOT_FOUND");
	});

	test("release the names they no longer use", async () => {
		const first = await create(mug());
		await update(first.id, { handle: "other", variants: [{ sku: "MUG-2", price: EUR(1) }] });
		const second = await create(mug({ handle: "clay-mug" }));
		await call(shop.broker, Products.remove, { id: first.id });
		await create(mug({ handle: "other", variants: [{ sku: "MUG-2", price: EUR(1) }] }));
		expect((await refusal(create(mug({ handle: "new" })))).code).toBe("SKU_TAKEN");
		expect(second.variants[0]?.sku).toBe("MUG-1");
	});

	test("change nothing and claim no name if they are rejected", async () => {
		await create(mug());
		expect(
			await refusal(
				create(
					mug({
						handle: "free",
						variants: [
							{ sku: "NEW", options: { Size: "S" }, price: EUR(1) },
							{ sku: "MUG-1", options: { Size: "M" }, price: EUR(1) },
						],
					}),
				),
			),
		).toEqual({
			code: "SKU_TAKEN",
			paths: ["/variants/1/sku"],
		});
		expect(await refusal(create(mug({ handle: "clay-mug", variants: [{ sku: "NEW", price: EUR(1) }] })))).toEqual({
			code: "HANDLE_TAKEN",
			paths: ["/handle"],
		});
		expect(await create(mug({ handle: "free", variants: [{ sku: "NEW", price: EUR(1) }] }))).toMatchObject({ handle: "free" });
	});

	test("are checked against the expected version", async () => {
		const { id } = await create(mug());
		await update(id, { title: "Second" }, { expected: 1 });
		expect((await refusal(update(id, { title: "Third" }, { expected: 1 }))).code).toBe("PRECONDITION_FAILED");
		expect((await refusal(shop.broker.call(Products.remove.name, { id }, { meta: { expected: 1 } }))).code).toBe("PRECONDITION_FAILED");
		expect(await view(id)).toMatchObject({ title: "Second", version: 2 });
	});

	test("are created once per idempotency key", async () => {
		const send = (): Promise<Product> => shop.broker.call(Products.create.name, mug(), { meta: { seed: "the-key" } });
		const [first, second] = [await send(), await send()];
		expect(second).toEqual(first);
		expect((await browse()).total).toBe(1);
	});

	test("are sanitized", async () => {
		const made = await create(mug({ description: "<p onclick=x>Good</p><script>alert(1)</script>" }));
		expect(made.description).toBe("<p>Good</p>");
	});

	test("can have their stock set at once", async () => {
		await create(mug());
		await call(shop.broker, Inventory.adjust, { sku: "MUG-1", delta: 3, reason: "counted" });
		const found = await eventually(async () => (await browse({ inStock: true })).items[0], "stock");
		expect(found.variants[0]).toMatchObject({ sku: "MUG-1", inStock: true });
		expect(found.variants[0]).not.toHaveProperty("available");
		expect((await call(shop.broker, Products.list, {})).items[0]?.variants[0]).toMatchObject({ available: 3 });
	});

	test("show current stock even if an outdated event is redelivered", async () => {
		const said: CloudEvent[] = [];
		await shop.runtime.bus.subscribe(
			subscription({
				name: "tests.stock",
				event: InventoryEvents.availabilityChanged,
				handle: async (event) => void said.push(event),
			}),
		);
		await create(mug());
		const adjust = (delta: number) => call(shop.broker, Inventory.adjust, { sku: "MUG-1", delta, reason: "counted" });
		const inStock = async () => (await view("clay-mug")).inStock;
		await adjust(3);
		await eventually(inStock, "stock");
		await adjust(-3);
		await eventually(async () => !(await inStock()), "no stock");
		await eventually(() => said.length === 2, "both events");
		await shop.runtime.bus.publish([said[0]!]);
		expect(said).toHaveLength(3);
		expect(await inStock()).toBe(false);
	});
});

describe("fifty concurrent requests", () => {
	const fifty = Array.from({ length: 50 }, (_, index) => index);

	test("give the handle to exactly one product", async () => {
		const outcomes = await Promise.allSettled(
			fifty.map((n) => create(mug({ handle: "mug", variants: [{ sku: `S${n}`, price: EUR(1) }] }))),
		);
		expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
		expect((await browse()).total).toBe(1);
	});

	test("give the SKU to exactly one product", async () => {
		const outcomes = await Promise.allSettled(fifty.map((n) => create(mug({ handle: `mug-${n}` }))));
		expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
		expect((await call(shop.broker, Products.offers, { skus: ["MUG-1", "NOBODYS"] })).map(({ sku }) => sku)).toEqual(["MUG-1"]);
	});

	test("derive a different handle for each product without one", async () => {
		const made = await Promise.all(fifty.map((n) => create(mug({ variants: [{ sku: `S${n}`, price: EUR(1) }] }))));
		expect(new Set(made.map(({ handle }) => handle)).size).toBe(50);
	});

	test("apply all changes of one product", async () => {
		const { id } = await create(mug());
		await Promise.all(fifty.map((n) => update(id, { tags: [`t${n}`] })));
		expect(await view(id)).toMatchObject({ version: 51 });
	});
});

describe("the storefront", () => {
	test("shows active products only", async () => {
		const { id } = await create(mug({ status: "draft" }));
		expect((await refusal(view(id))).code).toBe("PRODUCT_NOT_FOUND");
		expect((await browse()).total).toBe(0);
		expect(await call(shop.broker, Products.offers, { skus: ["MUG-1"] })).toMatchObject([{ forSale: false, unitPrice: EUR(900) }]);
		await update(id, { status: "active" });
		expect((await browse()).total).toBe(1);
		expect(await call(shop.broker, Products.offers, { skus: ["MUG-1"] })).toMatchObject([{ forSale: true }]);
	});

	test("sends an ETag that changes with the content", async () => {
		const { id } = await create(mug());
		const etag = async () => ((await call(shop.broker, Products.browse, {})) as unknown as Serialized).etag;
		const before = await etag();
		expect(await etag()).toBe(before);
		await update(id, { title: "Cup" });
		expect(await etag()).not.toBe(before);
	});

	test("filters by option case-insensitively and rejects unknown parameters", async () => {
		await create(mug({ variants: [{ sku: "A", options: { Size: "S" }, price: EUR(1) }] }));
		expect((await browse({ "option.size": "S" })).total).toBe(1);
		expect((await browse({ "option.size": ["M"] })).total).toBe(0);
		expect((await refusal(browse({ colour: "S" }))).code).toBe("VALIDATION_FAILED");
	});

	test("lists categories, parents first", async () => {
		await create(mug({ categories: [{ path: ["Kitchen", "Coffee"] }] }));
		const { items } = json<{ items: { name: string; parentId: string | null; id: string; productCount: number }[] }>(
			await call(shop.broker, Products.categories, {}),
		);
		expect(items.map(({ name, productCount }) => [name, productCount])).toEqual([
			["Kitchen", 1],
			["Coffee", 1],
		]);
		expect(items[1]?.parentId).toBe(items[0]?.id);
		expect((await browse({ category: "Kitchen" })).total).toBe(1);
		expect((await browse({ category: items[1]!.id })).total).toBe(1);
	});

	test("notifies page caches of a change before the response", async () => {
		let hints = 0;
		shop.broker.createService({ name: "listener", events: { [CATALOGUE_CHANGED]: () => void hints++ } });
		const { id } = await create(mug());
		for (let n = 0; n < 3; n++) {
			await browse();
			const before = hints;
			await update(id, { title: `Mug ${n}` });
			expect(hints).toBeGreaterThan(before);
		}
	});
});

const HEADER =
	"Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Status";
const CSV = [
	HEADER,
	'mug,Clay mug,"<p>Good, and cheap</p>",Barro,Kitchen -> Cups,"clay, gift",true,Size,Small,MUG-S,300,5,9.50,12.00,/a.svg,active',
	"mug,,,,,,,,Large,MUG-L,450,0,11.00,,/b.svg,",
	"blanket,Wool blanket,Warm,Telar,Textiles,,true,Title,Default Title,,900,2,80.00,,,draft",
].join("\n");

describe("import", () => {
	test("imports products, variants and stock, and reports the result", async () => {
		expect(await importCsv(CSV)).toEqual({
			products: { created: 2, updated: 0, unchanged: 0, refused: 0 },
			variants: { created: 3, updated: 0 },
			stock: { set: 3 },
			rows: 3,
			errors: [],
		});
		expect(await view("mug")).toMatchObject({
			options: [{ name: "Size", values: ["Small", "Large"] }],
			inStock: true,
			variants: [
				{ sku: "MUG-S", inStock: true, price: EUR(950), compareAtPrice: EUR(1_200) },
				{ sku: "MUG-L", inStock: false },
			],
			categories: [{ path: ["Kitchen", "Cups"] }],
		});
		expect(await stockOf("MUG-S")).toMatchObject({ onHand: 5 });
	});

	test("writes nothing for the same file and only differences for a changed one", async () => {
		await importCsv(CSV);
		expect(await importCsv(CSV)).toMatchObject({
			products: { unchanged: 2 },
			variants: { created: 0, updated: 0 },
			stock: { set: 0 },
			errors: [],
		});
		expect(await view("mug")).toMatchObject({ version: 1 });
		const changed = CSV.replace("11.00", "10.00").replace("300,5", "300,7");
		expect(await importCsv(changed)).toMatchObject({
			products: { updated: 1, unchanged: 1 },
			variants: { created: 0, updated: 1 },
			stock: { set: 0 },
		});
		expect(await stockOf("MUG-S")).toMatchObject({ onHand: 5 });
		expect(await importCsv(changed, { stock: "set" })).toMatchObject({ products: { unchanged: 2 }, stock: { set: 1 } });
		expect(await stockOf("MUG-S")).toMatchObject({ onHand: 7 });
	});

	test("removes variants that the file no longer has", async () => {
		await importCsv(CSV);
		await importCsv(
			CSV.split("\n")
				.filter((line) => !line.includes("MUG-L"))
				.join("\n"),
		);
		expect((await view("mug")).variants.map(({ sku }) => sku)).toEqual(["MUG-S"]);
		expect(await create(mug({ variants: [{ sku: "MUG-L", price: EUR(1) }] }))).toBeDefined();
	});

	test("skips and reports a row whose SKU another product uses, and imports the rest", async () => {
		await create(mug({ handle: "other", variants: [{ sku: "MUG-L", price: EUR(1) }] }));
		const dry = await importCsv(CSV, { dryRun: true });
		const report = await importCsv(CSV);
		expect(report).toMatchObject({
			products: { created: 2, refused: 0 },
			variants: { created: 2 },
			errors: [{ line: 3, code: "SKU_TAKEN", handle: "mug" }],
		});
		expect(dry).toEqual(report);
		expect((await view("mug")).variants.map(({ sku }) => sku)).toEqual(["MUG-S"]);
	});

	test("names columns as spelled in the file", async () => {
		await create(mug({ handle: "other", variants: [{ sku: "MUG-L", price: EUR(1) }] }));
		const newer = "Title,URL handle,SKU,Price\nMug,mug,MUG-L,1.00\n";
		expect((await importCsv(newer)).errors).toMatchObject([{ line: 2, column: "SKU", code: "SKU_TAKEN" }]);
		expect((await importCsv(CSV)).errors).toMatchObject([{ line: 3, column: "Variant SKU", code: "SKU_TAKEN" }]);
	});

	test("of an interrupted upload has no effect", async () => {
		const source = Readable.from(
			(async function* () {
				yield Buffer.from(`${CSV}\n`);
				await Promise.resolve();
				throw new Error("gone");
			})(),
		);
		await expect(shop.broker.call(Products.import.name, {}, { stream: source })).rejects.toThrow();
		expect((await browse()).total).toBe(0);
	});

	test("reports the number of bytes processed to its sender", async () => {
		const stream = Readable.from([Buffer.from(CSV)]);
		const told: number[] = [];
		stream.on(BYTES_CONSUMED, (bytes: number) => told.push(bytes));
		await shop.broker.call(Products.import.name, {}, { stream });
		expect(told.at(-1)).toBe(Buffer.byteLength(CSV));
	});

	test("moves a SKU from one product of the file to a later one", async () => {
		await importCsv(CSV);
		const moved = [
			HEADER,
			"mug,Clay mug,,,,,true,Size,Small,MUG-S,300,5,9.50,,,active",
			"big-mug,Big mug,,,,,true,Title,Default Title,MUG-L,450,0,11.00,,,active",
		].join("\n");
		const dry = await importCsv(moved, { dryRun: true });
		expect(dry).toMatchObject({ products: { created: 1, updated: 1, refused: 0 }, errors: [] });
		expect(await importCsv(moved)).toEqual(dry);
	});

	test("sets stock before a product is visible, so that an interrupted import leaves none without stock", async () => {
		const seen: boolean[] = [];
		const { broker } = shop;
		broker.createService({
			name: "watcher",
			events: {
				[CATALOGUE_CHANGED]: async () => {
					for (const { variants } of (await browse()).items)
						seen.push(variants.some(({ sku, inStock }) => sku === "MUG-S" && !inStock));
				},
			},
		});
		await importCsv(CSV);
		expect(await stockOf("BLANKET")).toMatchObject({ onHand: 2 });
		expect(seen).not.toContain(true);
	});

	test("fails while the inventory is unavailable and succeeds when it is back", async () => {
		let down = true;
		const level = (sku: string, onHand: number) => ({ sku, onHand, reserved: 0, allocated: 0, available: onHand });
		const stub = {
			name: "inventory",
			actions: {
				levels: () => [],
				set({ params: { sku, onHand } }: Context<{ sku: string; onHand: number }>) {
					if (down) throw new Error("down");
					return { level: level(sku, onHand), changed: true };
				},
			},
		};
		await shop.stop();
		shop = await world([() => stub, products], { events: EVENTS });
		await expect(importCsv(CSV)).rejects.toThrow();
		await expect(create(mug({ handle: "api", variants: [{ sku: "API", price: EUR(1) }] }))).rejects.toThrow();
		expect((await call(shop.broker, Products.list, {})).total).toBe(0);
		down = false;
		expect(await importCsv(CSV)).toMatchObject({ products: { created: 2 }, stock: { set: 3 }, errors: [] });
		expect(await create(mug({ handle: "api", variants: [{ sku: "API", price: EUR(1) }] }))).toMatchObject({ handle: "api" });
	});

	test("gives the same report in a dry run and writes nothing", async () => {
		const dry = await importCsv(CSV, { dryRun: true });
		expect((await browse()).total).toBe(0);
		expect(await importCsv(CSV)).toEqual(dry);
		expect(await importCsv(CSV, { dryRun: true, stock: "set" })).toMatchObject({ products: { unchanged: 2 }, stock: { set: 0 } });
	});

	test("takes over names that a crash left claimed", async () => {
		const { folder } = shop;
		await importCsv(CSV);
		// state after a crash between claim and commit: the owners of the names do not have them
		const meta = { at: 1, actor: "test", correlationId: "", causationId: "" };
		await shop.pause();
		const orphans = (runtime: Parameters<typeof products>[0]) => {
			const names = nameClaims(runtime.store("products"), "product_name");
			return {
				name: "orphans",
				actions: { make: () => Promise.all(["handle:lost", "sku:LOST"].map((name) => names.claim(name, "prod_dead", meta))) },
			};
		};
		const other = await world([orphans], { folder });
		await other.broker.call("orphans.make");
		await other.pause();
		shop = await world([inventory, products], { events: EVENTS, folder });
		expect((await browse()).items.map(({ handle }) => handle)).toEqual(["mug"]);
		expect(await view("mug")).toMatchObject({ inStock: true });
		expect(await create(mug({ handle: "lost", variants: [{ sku: "LOST", price: EUR(1) }] }))).toMatchObject({ handle: "lost" });
	});

	test("reports errors and imports the rest", async () => {
		const report = await importCsv(CSV.replace("80.00", '"80,00"'));
		expect(report).toMatchObject({
			products: { created: 1, refused: 1 },
			errors: [{ line: 4, column: "Variant Price", code: "PRICE_INVALID", handle: "blanket" }],
		});
	});

	test.each([
		["what is no CSV of products", "a,b\n1,2\n"],
		["nothing", ""],
		["what is not UTF-8", Buffer.from("\ufffeHandle,Title,Variant Price\nm,M,1\n", "utf16le")],
	])("refuses %s as a whole", async (_, file) => {
		expect(await refusal(importCsv(file))).toMatchObject({ code: "CSV_UNREADABLE" });
	});

	test("runs one at a time", async () => {
		const slow = new Readable({ read: () => undefined });
		const first = shop.broker.call(Products.import.name, {}, { stream: slow });
		const waiting = Array.from({ length: 7 }, () => importCsv(CSV));
		expect((await refusal(importCsv(CSV))).code).toBe("IMPORT_IN_PROGRESS");
		slow.push(CSV);
		slow.push(null);
		expect(await first).toMatchObject({ products: { created: 2 } });
		for (const report of await Promise.all(waiting)) expect(report).toMatchObject({ products: { unchanged: 2 } });
	});

	test("lets the next one run after an interruption", async () => {
		const broken = Readable.from(
			(function* () {
				yield Buffer.from(CSV.slice(0, -30));
				throw new Error("the client went away");
			})(),
		);
		await expect(shop.broker.call(Products.import.name, {}, { stream: broken })).rejects.toThrow();
		expect(await importCsv(CSV)).toMatchObject({ products: { refused: 0 }, errors: [] });
	});
});

describe("export", () => {
	const everything = async () =>
		(await call(shop.broker, Products.list, { limit: 100 })).items.map(({ version: _, updatedAt: __, ...product }) => product);

	test("can be imported: it changes nothing in the same shop and recreates the products in an empty one", async () => {
		await importCsv(CSV);
		await create(
			mug({
				handle: "by-hand",
				type: "Cups",
				vendor: "=1+1",
				tags: ["a b"],
				options: [{ name: "Size", values: ["S", "M", "L"] }],
				variants: ["M", "S"].map((Size) => ({ sku: `H-${Size}`, options: { Size }, price: EUR(100) })),
			}),
		);
		await create(
			mug({
				handle: "yen",
				status: "archived",
				variants: [{ sku: "YEN", price: { amount: 500, currency: "JPY" }, barcode: "007", imageUrl: "/v.svg" }],
				categories: [{ path: ["A"] }, { path: ["B", "C"] }],
			}),
		);
		await create(mug({ handle: "dinar", variants: [{ sku: "DINAR", price: { amount: 1_250, currency: "KWD" } }] }));
		await call(shop.broker, Inventory.adjust, { sku: "YEN", delta: 4, reason: "counted" });
		const before = await everything();
		const file = await exportCsv();
		expect(await importCsv(file, { stock: "set" })).toMatchObject({
			products: { created: 0, updated: 0, unchanged: 5, refused: 0 },
			stock: { set: 0 },
			errors: [],
		});
		expect(await everything()).toEqual(before);

		await shop.stop();
		shop = await world([inventory, products], { events: EVENTS });
		const eurOnly = file
			.split("\n")
			.filter((line) => !/^(?:yen|dinar),/.test(line))
			.join("\n");
		expect(await importCsv(eurOnly)).toMatchObject({ products: { created: 3, refused: 0 }, errors: [] });
		const facts = ({ handle, status, variants, categories }: (typeof before)[number]) => ({
			handle,
			status,
			paths: categories.map(({ path }) => path),
			variants: variants.map(({ sku, options, price, available }) => ({ sku, options, price, available })),
		});
		const sorted = (list: typeof before) => list.map(facts).sort((a, b) => (a.handle < b.handle ? -1 : 1));
		expect(sorted(await everything())).toEqual(sorted(before.filter(({ handle }) => handle !== "yen" && handle !== "dinar")));
		expect(await exportCsv()).toBe(eurOnly);
	});
});

test("staff find products including drafts by title, handle or part of a SKU, newest first", async () => {
	await create(mug({ status: "draft" }));
	await create(mug({ title: "Plato", variants: [{ sku: "PLATE-7", price: EUR(1) }] }));
	const list = async (params: object) => (await call(shop.broker, Products.list, params)).items.map(({ handle }) => handle);
	expect(await list({})).toHaveLength(2);
	expect(await list({ status: "draft" })).toEqual(["clay-mug"]);
	expect(await list({ q: "plate-" })).toEqual(["plato"]);
	const { nextCursor, total } = await call(shop.broker, Products.list, { limit: 1 });
	expect(total).toBe(2);
	expect(await list({ limit: 1, cursor: nextCursor })).toHaveLength(1);
	expect((await refusal(call(shop.broker, Products.list, { cursor: "x" }))).code).toBe("VALIDATION_FAILED");
});
