import { setTimeout as pause } from "node:timers/promises";
import { seededRandom, type SeededRandom } from "./seeded-random";
import { client, type Client } from "./client";
import { csvOf, testProducts as someGoods, type TestProducts } from "./test-products";
import { injectFaults, type InjectedFault } from "./fault-injector";
import { runChecks } from "./checks";
import { ADMIN, type SystemUnderTest } from "./system-under-test";
import { emptyHistory as emptyDiary, type History, type Finding } from "./history";
import { schedule } from "./schedule";
import { runShopper, type Shopper, type ShopperContext } from "./shopper";
import { runStaffMember } from "./staff";
import { webhooks } from "./webhooks";

export interface CampaignOptions {
	readonly seed: string;
	readonly minutes: number;
	/** Substring of the fault names to include. */
	readonly only?: string;
	readonly shoppers?: number;
	readonly customers?: number;
	readonly staff?: number;
	/** Maximum time for the stored data to become consistent after the faults. */
	readonly settleMs?: number;
	/** Ends the campaign at the first violation. */
	readonly stopAtFirst?: boolean;
	/** How long clients wait for replies after the faults. */
	readonly patienceMs?: number;
	readonly say: (line: string) => void;
}

export interface Outcome {
	readonly faults: readonly InjectedFault[];
	readonly diary: History;
	readonly orders: number;
	readonly findings: readonly Finding[];
	/** Time from the end of the faults until no violation was left; null: never. */
	readonly convergedAfterMs: number | null;
}

const SETTLE_MS = 120_000;
const POLL_INTERVAL_MS = 1_000;
/** Exceeds the time that an idempotency key stays locked by a crashed gateway. */
const MAX_WAIT_MS = 100_000;

/** Holds a token. A missing or expired token is requested anew. */
const holder = (ask: Client, credentials: { email: string; password: string }) => {
	let asked: Promise<string | undefined> | undefined;
	const login = async (): Promise<string | undefined> => {
		const { status, body } = await ask<{ accessToken: string }>("POST", "/v1/auth/login", credentials);
		return status === 200 ? body.accessToken : undefined;
	};
	return async (fresh: boolean): Promise<string | undefined> => {
		if (fresh) asked = undefined;
		asked ??= login();
		const token = await asked;
		if (token === undefined) asked = undefined;
		return token;
	};
};

/** Imports the test products under their own name. @throws if the import fails */
export const importTestProducts = async (ask: Client, name: string): Promise<TestProducts> => {
	const goods = someGoods(name);
	const token = await holder(ask, ADMIN)(false);
	if (token === undefined) throw new Error("the administrator cannot log in");
	const sent = { token, headers: { "content-type": "text/csv" } };
	const { status, body } = await ask<{ products?: { created: number } }>("POST", "/v1/admin/products/import", csvOf(goods), sent);
	if (status !== 200 || body.products?.created !== goods.stock.size)
		throw new Error(`the import answered ${status}: ${JSON.stringify(body)}`);
	return goods;
};

const people = async (ask: Client, guests: number, customers: number): Promise<Shopper[]> => {
	const all: Shopper[] = Array.from({ length: guests }, (_, index) => ({ name: `guest-${index}`, customer: null }));
	for (let index = 0; index < customers; index++) {
		const credentials = { email: `customer-${index}@faults.example`, password: `a long password of customer ${index}` };
		const { status } = await ask("POST", "/v1/auth/register", { ...credentials, name: `Customer ${index}` });
		if (status !== 202) throw new Error(`registering answered ${status}`);
		all.push({ name: `customer-${index}`, customer: { email: credentials.email, token: holder(ask, credentials) } });
	}
	return all;
};

/** Reads the availability of each SKU from the catalogue. After the first time-out no more is read. */
export const readAvailability = async (ask: Client, { stock }: TestProducts): Promise<Map<string, boolean>> => {
	const shelves = new Map<string, boolean>();
	for (const sku of stock.keys()) {
		const { status, body } = await ask<{ inStock: boolean }>("GET", `/v1/products/${sku.toLowerCase()}`, undefined, {
			patienceMs: 10_000,
		});
		if (status === 0) break;
		if (status === 200) shelves.set(sku, body.inStock);
	}
	return shelves;
};

/** Waits until no violation is left or the deadline passes. */
const settle = async (
	market: SystemUnderTest,
	ask: Client,
	goods: TestProducts,
	diary: History,
	settleMs: number,
): Promise<Pick<Outcome, "findings" | "convergedAfterMs" | "orders">> => {
	const begun = performance.now();
	for (;;) {
		const shelves = await readAvailability(ask, goods);
		const books = await market.snapshot();
		const findings = runChecks({ diary, goods, books, shelves, publications: market.publications() });
		const waitedMs = performance.now() - begun;
		const orders = books.orders.length;
		// Violations observed during the run remain.
		if (findings.length === diary.findings.length) return { findings, convergedAfterMs: waitedMs, orders };
		if (waitedMs > settleMs) return { findings, convergedAfterMs: null, orders };
		await pause(POLL_INTERVAL_MS);
	}
};

/** Runs shoppers and staff against a system with injected faults. Then checks the stored data and all replies to clients. */
export const campaign = async (
	market: SystemUnderTest,
	{
		seed,
		minutes,
		only,
		shoppers = 16,
		customers = 3,
		staff = 2,
		settleMs = SETTLE_MS,
		stopAtFirst = false,
		patienceMs = MAX_WAIT_MS,
		say,
	}: CampaignOptions,
): Promise<Outcome> => {
	const luck: SeededRandom = seededRandom(seed);
	const diary = emptyDiary();
	let end = Infinity;
	const ask = client(
		diary,
		() => market.gateways(),
		() => performance.now() > end + patienceMs,
	);
	const admin = holder(ask, ADMIN);
	const goods = await importTestProducts(ask, "goods");
	const crowd = await people(ask, shoppers, customers);

	end = performance.now() + minutes * 60_000;
	const isOver = (): boolean => {
		if (stopAtFirst && diary.findings.length > 0) end = Math.min(end, performance.now());
		return performance.now() > end;
	};
	const hooks = webhooks(ask, diary);
	const street: ShopperContext = { ask, goods, diary, webhooks: hooks, isOver };
	const targets = {
		nodes: market.nodes.map(({ name }) => name),
		links: [...market.links.keys()],
		engines: market.engines.map(({ name }) => name),
		freezeMs: market.freezeMs,
	};
	const plan = schedule(luck.fork("faults"), minutes, targets, only, market.everyMs);
	const busy = [
		...crowd.map((person) => runShopper(street, person, luck.fork(person.name))),
		...Array.from({ length: staff }, (_, index) => runStaffMember(street, admin, luck.fork(`staff-${index}`), `staff-${index}`)),
	];
	const faults = await injectFaults(market, plan, isOver, say);
	say(`fault phase over; ${diary.carts.length} carts; waiting for pending requests`);
	const healed = performance.now();
	await Promise.all(busy);
	await hooks.said();
	const { findings, convergedAfterMs, orders } = await settle(market, ask, goods, diary, settleMs);
	const deaths = market.nodes.flatMap((node) =>
		node.unexpectedExits.map((what): Finding => ({ rule: "no node exits unexpectedly", subject: node.name, what })),
	);
	return {
		faults,
		diary,
		orders,
		findings: [...findings, ...deaths],
		convergedAfterMs: convergedAfterMs === null ? null : Math.round(performance.now() - healed),
	};
};
