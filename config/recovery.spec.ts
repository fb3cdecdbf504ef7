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

test("looks for unpublished commits and for documents behind their journals", async () => {
	const { start, stop, counts } = recovering();
	start();
	await eventually(() => counts()[0] === 1 && counts()[1] === 1, "it has looked");
	await stop();
});

test("looks again soon after a node has gone, once the node's last commits count as left behind", async () => {
	const { start, stop, counts, localBus } = recovering();
	start();
	await eventually(() => counts()[0] === 1);
	localBus.emit("$node.disconnected", {});
	await eventually(() => counts()[0] === 3, "it has looked twice more", 4_500);
	await stop();
	expect(localBus.listenerCount("$node.disconnected")).toBe(0);
});

test("leaves it to the first node", async () => {
	const { start, stop, counts, localBus } = recovering({ isFirst: false });
	start();
	localBus.emit("$node.disconnected", {});
	await stop();
	expect(counts()).toEqual([0, 0]);
});

test("one that fails is reported and keeps the other from nothing", async () => {
	const { start, stop, counts, errors } = recovering({ sweep: () => Promise.reject(new Error("the bus is away")) });
	start();
	await eventually(() => errors.length === 1 && counts()[1] === 1, "both were tried");
	await stop();
});
