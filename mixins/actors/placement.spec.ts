import { ServiceBroker } from "moleculer";
import { eventually } from "@tests/support/world";
import { derivedId } from "@kernel/ids";
import { LOCAL_FIRST, PLACEMENT, placementKey, nodeForKey } from "./placement";

const nodes = (...ids: string[]) => ids.map((id) => ({ id })) as [{ id: string }, ...{ id: string }[]];
const KEYS = Array.from({ length: 2_000 }, (_, n) => `cart_${n}`);
const moved = (before: ReturnType<typeof nodes>, after: ReturnType<typeof nodes>): number =>
	KEYS.filter((key) => nodeForKey(before, key).id !== nodeForKey(after, key).id).length / KEYS.length;

test("every node has its share of the keys, in whatever order they are known", () => {
	const three = nodes("a-1", "a-2", "a-3");
	for (const { id } of three) {
		const share = KEYS.filter((key) => nodeForKey(three, key).id === id).length / KEYS.length;
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

/** A guest's cart id: 12 digits of time and 32 random ones. */
const CART = "cart_0193e1c2a5b70f1e2d3c4b5a69788796a5b4c3d2e1f0";

test("a cart, its order and its payment have one place, however many nodes there are", () => {
	const order = derivedId("ord", CART, "seed");
	const payment = derivedId("pay", order);
	expect([order, payment].map(placementKey)).toEqual([placementKey(CART), placementKey(CART)]);
	expect(placementKey(CART.replace("0193e1c2a5b7", "0193e1c2a5b8"))).not.toBe(placementKey(CART));
});

test.each(["MUG-1", "stock_0193e1c2a5b7", "T_0193e1c2a5b70f1e2d3c4b5a69788796", "order 10001", "cart_1"])(
	"what is no id of ours is placed by all of it: %s",
	(key) => {
		expect(placementKey(key)).toBe(key);
	},
);

test("carts that were made one after another are spread over the nodes", () => {
	const three = nodes("a-1", "a-2", "a-3");
	const carts = Array.from({ length: 2_000 }, (_, n) =>
		CART.replace("0193e1c2a5b7", (0x0193e1c2a5b7 + n).toString(16).padStart(12, "0")),
	);
	for (const { id } of three) {
		const share = carts.filter((cart) => nodeForKey(three, placementKey(cart)).id === id).length / carts.length;
		expect(share).toBeGreaterThan(0.28);
		expect(share).toBeLessThan(0.39);
	}
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

	test("both send the calls for a cart, its order and its payment to the same node", async () => {
		for (let n = 0; n < 20; n++) {
			const cart = CART.replace("0193e1c2a5b7", (0x0193e1c2a5b7 + n).toString(16).padStart(12, "0"));
			const order = derivedId("ord", cart, "seed");
			const places = [cart, order, derivedId("pay", order)].flatMap((id) =>
				[one, two].map((node) => node.call("actors.where", { id })),
			);
			expect(new Set(await Promise.all(places)).size).toBe(1);
		}
	});

	test("where the breaker to the node of a key is open, another node is asked", async () => {
		const id = KEYS.find((key) => nodeForKey(nodes("one", "two"), key).id === "two")!;
		let last: unknown;
		await eventually(async () => (last = await one.call("actors.ill", { id }).catch(() => undefined)) === "one", "the other node");
		expect(last).toBe("one");
	});
});
