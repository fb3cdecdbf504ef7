import type { ServiceBroker } from "moleculer";
import { CATALOGUE_PULSE } from "../products.contract";
import { catalogueHeartbeat, monotonicMs, type CatalogueHeartbeat, type Heartbeat } from "./heartbeat";

let said: Heartbeat[];
let hints = 0;
const broker = {
	broadcast(event: string, params: Heartbeat) {
		expect(event).toBe(CATALOGUE_PULSE);
		said.push(params);
		return Promise.resolve();
	},
} as unknown as ServiceBroker;
const started = (alone: boolean): CatalogueHeartbeat => {
	const made = catalogueHeartbeat(alone, () => hints);
	made.start(broker);
	return made;
};

beforeEach(() => {
	jest.useFakeTimers();
	said = [];
});
afterEach(() => {
	jest.useRealTimers();
});

test("a node that owns the store is always fresh and sends a heartbeat twice a second until it stops", () => {
	const one = started(true);
	jest.advanceTimersByTime(1_100);
	expect(said).toHaveLength(2);
	for (const { freshAt, saidAt } of said) expect(freshAt).toBe(saidAt);
	one.stop();
	jest.advanceTimersByTime(5_000);
	expect(said).toHaveLength(2);
});

test("another node is as fresh as its last poll and sends nothing while it cannot poll", () => {
	const one = started(false);
	const began = monotonicMs();
	jest.advanceTimersByTime(30);
	one.refreshed(began);
	jest.advanceTimersByTime(5_000);
	expect(said).toMatchObject([{ freshAt: began, saidAt: began + 30 }]);
	expect(one.edition()).toMatchObject({ freshAt: began, saidAt: began + 5_030 });
});

test("a change raises the generation in the same turn and is sent at once, at most every 20 ms", () => {
	const one = started(false);
	hints = 7;
	for (let change = 1; change <= 3; change++) {
		one.changed();
		expect(one.edition().generation).toBe(change);
	}
	expect(said).toMatchObject([{ generation: 1, hints: 7 }]);
	jest.advanceTimersByTime(20);
	expect(said).toMatchObject([{ generation: 1 }, { generation: 3 }]);
	jest.advanceTimersByTime(1_000);
	expect(said).toHaveLength(2);
});

test("each start has a new node id", () => {
	expect(catalogueHeartbeat(true, () => 0).edition().node).not.toBe(catalogueHeartbeat(true, () => 0).edition().node);
});
