import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { busConformance } from "@tests/support/bus-conformance";
import type { Store } from "../store/port";
import { sqliteStore } from "../store/sqlite";
import type { EventBus } from "./event-bus";
import { localBus } from "./local-bus";

busConformance("in one process", () => {
	const folder = mkdtempSync(join(tmpdir(), "tianguis-bus-"));
	let now = 1_000_000;
	let store: Store | undefined;
	let bus: EventBus | undefined;
	return Promise.resolve({
		async reopen() {
			await store?.close();
			store = sqliteStore(join(folder, "store.db"));
			const made = localBus(
				store,
				() => now,
				() => undefined,
			);
			await store.open();
			bus = made;
			return made;
		},
		elapse: (ms) => {
			now += ms;
		},
		async dispose() {
			await bus?.stop();
			await store?.close();
			rmSync(folder, { recursive: true });
		},
	});
});
