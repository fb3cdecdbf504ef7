import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { ServiceBroker } from "moleculer";
import { readSettings } from "@config/env";
import type { Runtime } from "@config/runtime";
import { call } from "@kernel/contract";
import { nameClaims } from "@mixins/actors/name-claims";
import { localBus } from "@mixins/events/local-bus";
import { NO_METRICS } from "@mixins/observability/metrics";
import { relay as makeRelay, type Relay } from "@mixins/events/relay";
import type { Store } from "@mixins/store/port";
import { sqliteStore } from "@mixins/store/sqlite";
import { InventoryEvents } from "@services/inventory/inventory.contract";
import { inventory } from "@services/inventory/inventory.service";
import { eventually, QUIET } from "@tests/support/world";
import { ProductEvents, Products, type Product, type Serialized } from "../products.contract";
import { products } from "../products.service";

/** Two nodes share a store that neither owns. Claims decide names, commits decide versions, and hints invalidate pages. */
const folder = mkdtempSync(join(tmpdir(), "tianguis-"));
let now = Date.now();
let store: Store;
let names: ReturnType<typeof nameClaims>;
let relay: Relay;
let nodes: ServiceBroker[];
let a: ServiceBroker;
let b: ServiceBroker;

beforeAll(async () => {
	const owned = sqliteStore(join(folder, "shop.db"));
	store = { ...owned, exclusive: false };
	names = nameClaims(store, "product_name");
	const clock = () => now;
	const bus = localBus(store, clock, () => undefined);
	const settings = readSettings({ NODE_ENV: "test", DATA_DIR: folder });
	const runtime: Runtime = {
		settings,
		clock,
		log: QUIET,
		metrics: NO_METRICS,
		secret: "secret",
		bus,
		isReady: () => true,
		isFirst: () => true,
		store: () => store,
	};
	const node = (nodeID: string) =>
		new ServiceBroker({ logger: false, nodeID, namespace: folder, transporter: "Fake", dependencyInterval: 20 });
	nodes = [a, b] = [node("a"), node("b")];
	a.createService(inventory(runtime));
	a.createService(products(runtime));
	// Only one node consumes the events of a consumer; here it is the first.
	b.createService(products({ ...runtime, bus: { ...bus, subscribe: () => Promise.resolve() } }));
	relay = makeRelay(store, bus, [...Object.values(ProductEvents), ...Object.values(InventoryEvents)], clock, () => undefined);
	await store.open();
	await Promise.all(nodes.map((broker) => broker.start()));
	await bus.start();
	relay.start();
});
afterAll(async () => {
	await relay.stop();
	await Promise.all(nodes.map((broker) => broker.stop()));
	await store.close();
	rmSync(folder, { recursive: true, force: true });
});

const EUR = (amount: number) => ({ amount, currency: "EUR" });
const create = (broker: ServiceBroker, handle: string, sku: string): Promise<Product> =>
	broker.call(Products.create.name, { title: handle, handle, variants: [{ sku, price: EUR(1) }] }, { nodeID: broker.nodeID });
const view = async (broker: ServiceBroker, handleOrId: string): Promise<Product | undefined> => {
	const page = await broker
		.call<Serialized, object>(Products.view.name, { handleOrId }, { nodeID: broker.nodeID })
		.catch(() => undefined);
	return page && (JSON.parse(page.body.toString()) as Product);
};

test("a product written by one node appears on the other", async () => {
	const { id } = await create(a, "mug", "MUG");
	expect(await view(a, "mug")).toBeDefined();
	await eventually(async () => view(b, "mug"), "the product on the other node");
	await b.call(Products.update.name, { id, title: "Cup" }, { nodeID: "b" });
	await eventually(async () => (await view(a, "mug"))?.title === "Cup", "the change on the first node");
	await b.call(Products.remove.name, { id }, { nodeID: "b" });
	await eventually(async () => (await view(a, "mug")) === undefined, "the removal on the first node");
});

test("stock imported by one node is shown as in stock on the other", async () => {
	const csv = "Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty,Status\nbowl,Bowl,BOWL,5.00,3,active\n";
	await a.call(Products.import.name, {}, {
		nodeID: "a",
		stream: Readable.from([csv]),
		meta: { principal: { kind: "operator" } },
	} as never);
	await eventually(async () => (await view(b, "bowl"))?.inStock === true, "it is in stock on the other node");
});

test("a handle requested by both nodes is given to one", async () => {
	const both = Array.from({ length: 10 }, (_, n) => [create(a, "wanted", `A${n}`), create(b, "wanted", `B${n}`)]).flat();
	const won = (await Promise.allSettled(both)).filter(({ status }) => status === "fulfilled");
	expect(won).toHaveLength(1);
});

test("concurrent changes by both nodes are all applied", async () => {
	const { id } = await create(a, "busy", "BUSY");
	const change = (broker: ServiceBroker, n: number) =>
		broker.call(Products.update.name, { id, tags: [`t${n}`] }, { nodeID: broker.nodeID });
	await Promise.all(Array.from({ length: 5 }, (_, n) => [change(a, n), change(b, n + 5)]).flat());
	expect(await call(a, Products.read, { id })).toMatchObject({ version: 11 });
});

test("an abandoned claim is respected for a minute and then taken over", async () => {
	await names.claim("handle:lost", "prod_dead", { at: now, actor: "test", correlationId: "", causationId: "" });
	await expect(create(a, "lost", "LOST")).rejects.toMatchObject({ type: "HANDLE_TAKEN" });
	now += 61_000;
	expect(await create(a, "lost", "LOST")).toMatchObject({ handle: "lost" });
});
