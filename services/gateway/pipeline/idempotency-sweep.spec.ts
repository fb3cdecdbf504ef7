import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Runtime } from "@config/runtime";
import { sqliteStore } from "@mixins/store/sqlite";
import { QUIET } from "@tests/support/world";
import { httpResponse } from "../http/response";
import { KEPT_MS } from "../domain/idempotency";
import { idempotencyKeys } from "../gateway.store";
import { idempotency } from "./idempotency";

test("keys are removed after a day and may be used again", async () => {
	const folder = mkdtempSync(join(tmpdir(), "sweep-"));
	const store = sqliteStore(join(folder, "keys.db"));
	let now = 1_000_000;
	const keys = idempotency({ store: () => store, secret: "s", clock: () => now, log: QUIET } as unknown as Runtime);
	const collection = store.collection(idempotencyKeys);
	await store.open();
	const cause = { at: now, actor: "guest", correlationId: "r", causationId: "r" };
	let runs = 0;
	const use = (key: string, content = "") =>
		keys.once({ key, scope: ["", "POST", "/x"], content: Buffer.from(content), cause }, () =>
			Promise.resolve(httpResponse(200, {}, String(++runs))),
		);

	await use("old");
	now += KEPT_MS / 2;
	await use("young");
	now += KEPT_MS / 2 + 1;
	await keys.sweep(now);
	expect(await collection.count({})).toBe(1);
	expect((await use("young")).body).toBe("2");
	expect((await use("old", "another")).body).toBe("3");
	expect((await use("old", "another")).body).toBe("3");
	await store.close();
	rmSync(folder, { recursive: true });
});
