import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { event } from "@kernel/contract";
import type { CloudEvent } from "@kernel/envelope";
import { tallies } from "@tests/support/store-conformance";
import { sqliteStore } from "../store/sqlite";
import type { EventBus } from "./bus";
import { relays } from "./relays";

const meta = (at: number) => ({ at, actor: "somebody", correlationId: "req_1", causationId: "req_1" });
const amountAdded = event("tally.added", Type.Object({ amount: Type.Integer() }));

describe("relays of two stores", () => {
	let folder: string;
	const open = async (name: string) => {
		const store = sqliteStore(join(folder, name));
		const collection = store.collection(tallies());
		await store.open();
		const add = (id: string, at: number) =>
			collection.commit(id, 0, [{ type: "tally.added", amount: 1 }], { id, total: 1, group: "", padding: "" }, meta(at));
		return { store, add };
	};
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "tianguis-relays-"));
	});
	afterEach(() => {
		rmSync(folder, { recursive: true });
	});

	test("are settled when what one's facts led to in the other is published too", async () => {
		const [one, other] = [await open("one.db"), await open("other.db")];
		const published: string[] = [];
		const bus = {
			async publish(events: readonly CloudEvent[]) {
				for (const { subject } of events) {
					if (subject === "cause") await other.add("effect", 2);
					if (subject === "effect") await one.add("effect of the effect", 3);
					published.push(subject);
				}
			},
		} as unknown as EventBus;
		const relay = relays(
			new Map([
				["other", other.store],
				["one", one.store],
			]),
			bus,
			[amountAdded],
			() => 10,
			(cause) => expect(cause).toBeUndefined(),
		);
		await one.add("cause", 1);
		relay.start();
		await relay.settled();
		expect(published).toEqual(["cause", "effect", "effect of the effect"]);
		await relay.stop();
		await Promise.all([one, other].map(({ store }) => store.close()));
	});
});
