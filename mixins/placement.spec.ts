import { ServiceBroker } from "moleculer";
import { eventually } from "@tests/support/world";
import { LOCAL_FIRST, PLACEMENT, placeOf } from "./placement";

const nodes = (...ids: string[]) => ids.map((id) => ({ id })) as [{ id: string }, ...{ id: string }[]];
const KEYS = Array.from({ length: 2_000 }, (_, n) => `cart_${n}`);
const moved = (before: ReturnType<typeof nodes>, after: ReturnType<typeof nodes>): number =>
	KEYS.filter((key) => placeOf(before, key).id !== placeOf(after, key).id).length / KEYS.length;

test("every node has its share of the keys, in whatever order they are known", () => {
	const three = nodes("a-1", "a-2", "a-3");
	for (const { id } of three) {
		const share = KEYS.filter((key) => placeOf(three, key).id === id).length / KEYS.length;
		expect(share).toBeGreaterThan(0.28);
		expect(share).toBeLessThan(0.39);
	}
	expect(moved(three, nodes("a-3", "a-1", "a-2"))).toBe(0);
});

test("a node that comes takes its share and moves nothing else, and the same when it goes", () => {
	const share = moved(nodes("a", "b", "c"), nodes("a", "b", "c", "d"));
	expect(share).toBeGreaterThan(0.2);
	expect(share).toBeLessThan(0.3);
});

describe("over two nodes", () => {
	const namespace = `placement-${process.pid}`;
	const node = (nodeID: string): ServiceBroker => {
		const broker = new ServiceBroker({
			logger: false,
			nodeID,
			namespace,
			transporter: "Fake",
			registry: { preferLocal: false, strategy: LOCAL_FIRST },
			circuitBreaker: { enabled: true, minRequestCount: 2, threshold: 0.5, halfOpenTime: 60_000, check: () => true },
		});
		broker.createService({
			name: "actors",
			actions: {
				where: { strategy: PLACEMENT, strategyOptions: { shardKey: "id" }, handler: () => nodeID },
				any: () => nodeID,
				ill: {
					strategy: PLACEMENT,
					strategyOptions: { shardKey: "id" },
					handler: () => {
						if (nodeID === "two") throw new Error("ill");
						return nodeID;
					},
				},
			},
		});
		return broker;
	};
	const [one, two] = [node("one"), node("two")];
	beforeAll(async () => {
		await Promise.all([one.start(), two.start()]);
		await eventually(async () => [one, two].every(({ registry }) => registry.nodes.count() === 2), "both nodes");
		await eventually(
			async () => [one, two].every(({ registry }) => registry.actions.get("actors.where")?.endpoints.length === 2),
			"both services",
		);
	});
	afterAll(() => Promise.all([one.stop(), two.stop()]));

	test("both send an actor's calls to the same node, and each keeps at home what any node can do", async () => {
		for (const id of KEYS.slice(0, 20)) expect(await one.call("actors.where", { id })).toBe(await two.call("actors.where", { id }));
		const places = await Promise.all(KEYS.slice(0, 50).map((id) => one.call("actors.where", { id })));
		expect(new Set(places).size).toBe(2);
		expect([await one.call("actors.any"), await two.call("actors.any")]).toEqual(["one", "two"]);
	});

	test("where the breaker to the node of a key is open, another node is asked", async () => {
		const id = KEYS.find((key) => placeOf(nodes("one", "two"), key).id === "two")!;
		let last: unknown;
		await eventually(async () => (last = await one.call("actors.ill", { id }).catch(() => undefined)) === "one", "the other node");
		expect(last).toBe("one");
	});
});
