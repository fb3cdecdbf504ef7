import { EventEmitter } from "node:events";
import { eventually } from "@tests/support/world";
import { recovery } from "./recovery";

const recovering = ({ isFirst = true, sweep = () => Promise.resolve() }: { isFirst?: boolean; sweep?: () => Promise<void> } = {}) => {
	const localBus = new EventEmitter();
	const errors: unknown[] = [];
	let [swept, caughtUp] = [0, 0];
	const made = recovery({ localBus } as unknown as Parameters<typeof recovery>[0], {
		relay: {
			sweep() {
				swept++;
				return sweep();
			},
		},
		store: { catchUp: () => Promise.resolve(void caughtUp++) },
		isFirst: () => isFirst,
		onError: (cause) => errors.push(cause),
	});
	return { ...made, localBus, errors, counts: () => [swept, caughtUp] };
};

test("publishes unpublished commits and updates outdated documents", async () => {
	const { start, stop, counts } = recovering();
	start();
	await eventually(() => counts()[0] === 1 && counts()[1] === 1, "a first sweep");
	await stop();
});

test("sweeps twice after a node disconnects", async () => {
	const { start, stop, counts, localBus } = recovering();
	start();
	await eventually(() => counts()[0] === 1);
	localBus.emit("$node.disconnected", {});
	await eventually(() => counts()[0] === 3, "two more sweeps", 4_500);
	await stop();
	expect(localBus.listenerCount("$node.disconnected")).toBe(0);
});

test("does not sweep at once on other nodes than the preferred host", async () => {
	const { start, stop, counts, localBus } = recovering({ isFirst: false });
	start();
	localBus.emit("$node.disconnected", {});
	await stop();
	expect(counts()).toEqual([0, 0]);
});

test("reports a failed part and still runs the other", async () => {
	const { start, stop, counts, errors } = recovering({ sweep: () => Promise.reject(new Error("the bus is unavailable")) });
	start();
	await eventually(() => errors.length === 1 && counts()[1] === 1, "both parts have run");
	await stop();
});
