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

test("the preferred host of a service is its host with the lowest node id", () => {
	const first = (nodeID: string, service: string) => preferredHost(brokerOf(nodeID, HOSTED)).of(service);
	expect(["a", "b", "c"].map((node) => first(node, "orders"))).toEqual([true, false, false]);
	expect(["a", "b", "c"].map((node) => first(node, "payments"))).toEqual([false, true, false]);
});

test("this node is the preferred host of a service that is not in the registry", () => {
	expect(preferredHost(brokerOf("b", HOSTED)).of("shipping")).toBe(true);
});

test("ofAny is true if the node is the preferred host of one of its services", () => {
	const ofAny = (nodeID: string) => preferredHost(brokerOf(nodeID, HOSTED)).ofAny();
	expect(["a", "b", "c"].map(ofAny)).toEqual([true, true, true]);
	expect(preferredHost(brokerOf("d", [...HOSTED, ["carts", "d"]])).ofAny()).toBe(false);
});

test("a process without a transporter is the preferred host of every service", () => {
	const alone = preferredHost(brokerOf("d", HOSTED, null));
	expect([alone.of("orders"), alone.ofAny()]).toEqual([true, true]);
});
