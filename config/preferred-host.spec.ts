import type { ServiceBroker } from "moleculer";
import { preferredHost } from "./preferred-host";

const brokerOf = (nodeID: string, hosted: readonly (readonly [service: string, nodeID: string])[], transit: unknown = {}) =>
	({
		nodeID,
		transit,
		registry: { getServiceList: () => hosted.map(([name, host]) => ({ name, nodeID: host })) },
	}) as unknown as ServiceBroker;

const HOSTED = [
	["orders", "b"],
	["orders", "a"],
	["payments", "b"],
	["payments", "c"],
	["carts", "c"],
] as const;

test("the first host of a service is the lowest id among its hosts", () => {
	const first = (nodeID: string, service: string) => preferredHost(brokerOf(nodeID, HOSTED)).of(service);
	expect(["a", "b", "c"].map((node) => first(node, "orders"))).toEqual([true, false, false]);
	expect(["a", "b", "c"].map((node) => first(node, "payments"))).toEqual([false, true, false]);
});

test("a service that the registry does not know is this node's", () => {
	expect(preferredHost(brokerOf("b", HOSTED)).of("shipping")).toBe(true);
});

test("a node is first of any where it is first of one of the services that it hosts", () => {
	const ofAny = (nodeID: string) => preferredHost(brokerOf(nodeID, HOSTED)).ofAny();
	expect(["a", "b", "c"].map(ofAny)).toEqual([true, true, true]);
	expect(preferredHost(brokerOf("d", [...HOSTED, ["carts", "d"]])).ofAny()).toBe(false);
});

test("a process without a network is first of all", () => {
	const alone = preferredHost(brokerOf("d", HOSTED, null));
	expect([alone.of("orders"), alone.ofAny()]).toEqual([true, true]);
});
