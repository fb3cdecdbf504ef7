import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Cart } from "@services/carts/carts.contract";
import type { Order } from "@services/orders/orders.contract";
import { readAvailability, importTestProducts } from "./campaign";
import { client, type Client } from "./client";
import type { TestProducts } from "./test-products";
import { runChecks } from "./checks";
import type { Profile } from "./mutations/mutations";
import type { SystemOptions, SystemUnderTest } from "./system-under-test";
import type { Node } from "./node";
import type { CrashOrder } from "./preload/crash-point";
import { emptyHistory, type CartRecord, type History, type Finding } from "./history";
import { DETAILS } from "./shopper";

export interface CrashWalk {
	/** Crash points; the process is killed once at each, in order. */
	readonly kinds: CrashOrder["kinds"];
	/** Selects the path of the checkout. */
	readonly token: string;
	/** The final reply that the buyer must get. */
	readonly status: number;
}

export interface CrashWalkResult {
	/** Names of the crash points in order of occurrence. */
	readonly points: readonly string[];
	readonly findings: readonly Finding[];
	/** The longest time until the order had ended and no violation was left. */
	readonly slowestMs: number;
}

/** A process that has not been killed this long after the reply is not killed any more. */
const AFTER_MS = 2_500;
/** The same after a pending reply. A recovery sweep resumes the order and may reach the requested crash point. */
const AFTER_PENDING_MS = 15_000;
const RIGHT_MS = 10_000;
const MAX_POINTS = 100;

const fill = async (ask: Client, { plain, flash }: TestProducts, history: History): Promise<CartRecord> => {
	const { body } = await ask<Cart>("POST", "/v1/carts", {}, { key: `cart.${history.carts.length}` });
	const cartRecord: CartRecord = { cartId: body.id, customer: null, lines: new Map(), attempts: [], promised: null };
	for (const sku of [plain[0]!, plain[1]!, flash[history.carts.length % flash.length]!]) {
		await ask("POST", `/v1/carts/${body.id}/lines`, { sku, quantity: 1 }, { key: `${body.id}.${sku}` });
		cartRecord.lines.set(sku, { min: 1, max: 1 });
	}
	await ask("PATCH", `/v1/carts/${body.id}`, { ...DETAILS, email: "walker@faults.example" });
	history.carts.push(cartRecord);
	return cartRecord;
};

/** Waits until no violation is left. @returns the violations that remain */
const untilRight = async (system: SystemUnderTest, ask: Client, products: TestProducts, history: History): Promise<Finding[]> => {
	const begun = performance.now();
	for (;;) {
		const availability = await readAvailability(ask, products);
		const findings = runChecks({
			history,
			products,
			snapshot: await system.snapshot(),
			availability,
			publications: system.publications(),
		});
		if (findings.length === 0 || performance.now() - begun > RIGHT_MS) return findings;
		await pause(100);
	}
};

const firstToEnd = (nodes: readonly Node[]): Promise<Node> => Promise.race(nodes.map((node) => node.ended().then(() => node)));

/** Imports the product that all walks buy. @throws if the import fails */
export const importWalkProducts = (system: SystemUnderTest, history: History): Promise<TestProducts> =>
	importTestProducts(
		client(history, () => system.gateways()),
		"walk",
	);

/**
 * Buys repeatedly. Each time, the process that works on the order is killed at the next crash point. Another process must complete the order,
 * and the buyer, who only repeats the request, must receive the result.
 *
 * @param history history of all walks in this system
 * @param products result of `importWalkProducts` for this system
 * @param file FAULTS_CRASH_FILE of the nodes that may be killed
 * @param alone no other node can resume the order: the process is restarted at once instead of after the order is complete
 */
export const walkCrashPoints = async (
	system: SystemUnderTest,
	history: History,
	products: TestProducts,
	file: string,
	mortal: readonly Node[],
	alone: boolean,
	{ kinds, token, status }: CrashWalk,
	say: (line: string) => void,
): Promise<CrashWalkResult> => {
	const ask = client(history, () => system.gateways());
	const points: string[] = [];
	const findings: Finding[] = [];
	let slowestMs = 0;
	for (let at = 1; at <= MAX_POINTS; at++) {
		const cartRecord = await fill(ask, products, history);
		writeFileSync(file, JSON.stringify({ kinds, at } satisfies CrashOrder));
		rmSync(`${file}.log`, { force: true });
		const death = firstToEnd(mortal);
		const key = `${token}.${at}`;
		const buying = ask<Order & { code?: string; orderToken?: string }>(
			"POST",
			`/v1/carts/${cartRecord.cartId}/checkout`,
			{ payment: { provider: "test", token } },
			{ key },
		).then((answer) => {
			const order = answer.status === 201 || answer.status === 202 ? answer.body : null;
			cartRecord.attempts.push({ token, key, told: { status: answer.status, code: answer.body.code ?? null, order } });
			return answer.status;
		});
		const over = buying.then((answer) => pause(answer === 202 ? AFTER_PENDING_MS : AFTER_MS)).then(() => undefined);
		const dead = await Promise.race([death, over]);
		const begun = performance.now();
		const point = dead ? readFileSync(`${file}.log`, "utf8").trim() : "no point";
		if (alone) await dead?.start();
		const told = await buying;
		// A pending reply is valid here. The final state is checked below.
		if (told !== status && told !== 202)
			findings.push({ rule: "the buyer is told", subject: point, what: `${told} instead of ${status}` });
		for (const { rule, subject, what } of await untilRight(system, ask, products, history))
			findings.push({ rule: `${rule}, after ${point}`, subject, what });
		if (!dead) {
			// Armed processes would otherwise be killed during the next crash point.
			for (const node of mortal) await node.end("SIGKILL");
			for (const node of mortal) await node.start();
			break;
		}
		slowestMs = Math.max(slowestMs, performance.now() - begun);
		say(`${String(at).padStart(4)}  ${point}: told ${told}, right after ${Math.round(performance.now() - begun)} ms`);
		points.push(point);
		if (dead.state === "down") await dead.start();
		if (findings.length > 0) break; // later crash points would find the same violation
	}
	return { points, findings, slowestMs };
};

/** The ways that a checkout goes, each to its end. */
const WAYS: readonly Omit<CrashWalk, "kinds">[] = [
	{ token: "tok_ok", status: 201 },
	{ token: "tok_declined", status: 402 },
];

/** In one process only what is durable tells a point from the next; where others work on, what was asked of them does too. */
const KINDS: Readonly<Record<Profile, CrashWalk["kinds"]>> = { embedded: ["commit"], cluster: ["commit", "call", "called"] };

/** Walks along all points of a profile, one way after another. @returns whether each was brought to its end as it must be */
export const walkAllCrashPoints = async (
	profile: Profile,
	open: (options: SystemOptions) => Promise<SystemUnderTest>,
	{ folder, ...options }: SystemOptions,
	say: (line: string) => void,
): Promise<boolean> => {
	const file = join(folder, "crash");
	const system = await open({ ...options, folder, env: { FAULTS_CRASH_FILE: file }, preload: ["crash-point.js"] });
	const notes = emptyHistory();
	let fine = true;
	try {
		const products = await importWalkProducts(system, notes);
		for (const way of WAYS) {
			say(`crashing a checkout with ${way.token} at each crash point (${profile}):`);
			const mortal = system.nodes.filter(({ services }) => services.length === 0 || services.includes("orders"));
			const { points, findings, slowestMs } = await walkCrashPoints(
				system,
				notes,
				products,
				file,
				mortal,
				profile === "embedded",
				{ ...way, kinds: KINDS[profile] },
				say,
			);
			for (const { rule, subject, what } of findings) say(`  BROKEN  ${rule}: ${subject}: ${what}`);
			say(`${points.length} points, ${findings.length} violations, at most ${Math.round(slowestMs)} ms until recovered`);
			fine &&= findings.length === 0 && points.length > 0;
			if (!fine) break;
		}
		return fine;
	} finally {
		await system.close(!fine);
	}
};
