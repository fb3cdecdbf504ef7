import { setTimeout as pause } from "node:timers/promises";
import { seededRandom, type SeededRandom } from "./seeded-random";
import { client, type Client } from "./client";
import { csvOf, testProducts, type TestProducts } from "./test-products";
import { injectFaults, type InjectedFault } from "./fault-injector";
import { runChecks } from "./checks";
import { ADMIN, type SystemUnderTest } from "./system-under-test";
import { emptyHistory, type History, type Finding } from "./history";
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
	readonly history: History;
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
	const products = testProducts(name);
	const token = await holder(ask, ADMIN)(false);
	if (token === undefined) throw new Error("the administrator cannot log in");
	const sent = { token, headers: { "content-type": "text/csv" } };
	const { status, body } = await ask<{ products?: { created: number } }>("POST", "/v1/admin/products/import", csvOf(products), sent);
	if (status !== 200 || body.products?.created !== products.stock.size)
		throw new Error(`the import answered ${status}: ${JSON.stringify(body)}`);
	return products;
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
	const availability = new Map<string, boolean>();
	for (const sku of stock.keys()) {
		const { status, body } = await ask<{ inStock: boolean }>("GET", `/v1/products/${sku.toLowerCase()}`, undefined, {
			patienceMs: 10_000,
		});
		if (status === 0) break;
		if (status === 200) availability.set(sku, body.inStock);
	}
	return availability;
};

/** Waits until no violation is left or the deadline passes. */
const settle = async (
	system: SystemUnderTest,
	ask: Client,
	products: TestProducts,
	history: History,
	settleMs: number,
): Promise<Pick<Outcome, "findings" | "convergedAfterMs" | "orders">> => {
	const begun = performance.now();
	for (;;) {
		const availability = await readAvailability(ask, products);
		const snapshot = await system.snapshot();
		const findings = runChecks({ history, products, snapshot, availability, publications: system.publications() });
		const waitedMs = performance.now() - begun;
		const orders = snapshot.orders.length;
		// Violations observed during the run remain.
		if (findings.length === history.findings.length) return { findings, convergedAfterMs: waitedMs, orders };
		if (waitedMs > settleMs) return { findings, convergedAfterMs: null, orders };
		await pause(POLL_INTERVAL_MS);
	}
};

/** Runs shoppers and staff against a system with injected faults. Then checks the stored data and all replies to clients. */
export const campaign = async (
	system: SystemUnderTest,
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
	const random: SeededRandom = seededRandom(seed);
	const history = emptyHistory();
	let end = Infinity;
	const ask = client(
		history,
		() => system.gateways(),
		() => performance.now() > end + patienceMs,
	);
	const admin = holder(ask, ADMIN);
	const products = await importTestProducts(ask, "products");
	const crowd = await people(ask, shoppers, customers);

	end = performance.now() + minutes * 60_000;
	const isOver = (): boolean => {
		if (stopAtFirst && history.findings.length > 0) end = Math.min(end, performance.now());
		return performance.now() > end;
	};
	const hooks = webhooks(ask, history);
	const context: ShopperContext = { ask, products, history, webhooks: hooks, isOver };
	const targets = {
		nodes: system.nodes.map(({ name }) => name),
		links: [...system.links.keys()],
		engines: system.engines.map(({ name }) => name),
		freezeMs: system.freezeMs,
	};
	const plan = schedule(random.fork("faults"), minutes, targets, only, system.everyMs);
	const busy = [
		...crowd.map((person) => runShopper(context, person, random.fork(person.name))),
		...Array.from({ length: staff }, (_, index) => runStaffMember(context, admin, random.fork(`staff-${index}`), `staff-${index}`)),
	];
	const faults = await injectFaults(system, plan, isOver, say);
	say(`fault phase over; ${history.carts.length} carts; waiting for pending requests`);
	const healed = performance.now();
	await Promise.all(busy);
	await hooks.said();
	const { findings, convergedAfterMs, orders } = await settle(system, ask, products, history, settleMs);
	const deaths = system.nodes.flatMap((node) =>
		node.unexpectedExits.map((what): Finding => ({ rule: "no node exits unexpectedly", subject: node.name, what })),
	);
	return {
		faults,
		history,
		orders,
		findings: [...findings, ...deaths],
		convergedAfterMs: convergedAfterMs === null ? null : Math.round(performance.now() - healed),
	};
};
