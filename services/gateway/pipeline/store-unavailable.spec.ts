import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Runtime } from "@config/runtime";
import type { Store } from "@mixins/store/port";
import { sqliteStore } from "@mixins/store/sqlite";
import { eventually, QUIET } from "@tests/support/world";
import { httpResponse } from "../http/response";
import { idempotency, type Idempotency } from "./idempotency";

/** Simulates a store failure: "before" a commit is written, or "after" it, when the outcome is unknown. */
let trouble: "none" | "before" | "after" = "none";

const troubled = (store: Store): Store => ({
	...store,
	exclusive: false,
	collection: (kind) => {
		const own = store.collection(kind);
		const commit: typeof own.commit = async (...args) => {
			if (trouble === "before") throw new Error("the store is unavailable");
			const done = await own.commit(...args);
			if (trouble === "after") throw new Error("the store is unavailable");
			return done;
		};
		return { ...own, commit };
	},
});

describe("a short store failure does not block an idempotency key", () => {
	const folder = mkdtempSync(join(tmpdir(), "away-"));
	const store = sqliteStore(join(folder, "keys.db"));
	const gateways: Idempotency[] = [];
	let runs = 0;

	beforeAll(async () => {
		const runtime = { store: () => troubled(store), secret: "s", clock: () => 1_000_000, log: QUIET } as unknown as Runtime;
		gateways.push(idempotency(runtime), idempotency(runtime));
		await store.open();
	});
	beforeEach(() => {
		trouble = "none";
	});
	afterAll(async () => {
		await store.close();
		rmSync(folder, { recursive: true });
	});

	/** @returns the body, or "refused" */
	const use = (gateway: number, key: string, meanwhile: () => void = () => undefined, status = 200): Promise<string> =>
		gateways[gateway]!.once(
			{ key, scope: [], content: Buffer.from(""), cause: { at: 1, actor: "guest", correlationId: "r", causationId: "r" } },
			() => {
				meanwhile();
				return Promise.resolve(httpResponse(status, {}, String(++runs)));
			},
		).then(
			({ body }) => body as string,
			() => "refused",
		);
	const goAway = (): void => void (trouble = "before");

	test("whose response could not be stored: it is stored later", async () => {
		const first = await use(0, "kept", goAway);
		expect(await use(1, "kept")).toBe("refused");
		trouble = "none";
		expect(await eventually(async () => (await use(1, "kept")) === first)).toBe(true);
	});

	test("that was to be released: it runs again, also on another gateway", async () => {
		await use(0, "free", goAway, 503);
		trouble = "none";
		const before = runs;
		expect(await eventually(async () => (await use(1, "free")) !== "refused")).toBe(true);
		expect(runs).toBe(before + 1);
	});

	test("whose begin has an unknown outcome", async () => {
		trouble = "after";
		expect(await use(0, "begun")).toBe("refused");
		trouble = "none";
		expect(await eventually(async () => (await use(1, "begun")) !== "refused")).toBe(true);
	});
});
