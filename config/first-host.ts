import type { ServiceBroker } from "moleculer";

/** What the registry knows is asked again so often. */
const LOOK_MS = 200;

interface Hosted {
	readonly name: string;
	readonly nodeID: string;
}

/**
 * Of the nodes that host a service, the one that does what one of them should do for all. It needs no word between them: each looks at the registry.
 *
 * @returns asked with a service's name: whether that node is this one, as far as it knows. Two may think so for a moment, or none
 */
export const firstHost = (broker: ServiceBroker): ((service: string) => boolean) => {
	let lookedAt = -Infinity;
	let first = new Map<string, string>();

	const look = (): void => {
		const now = performance.now();
		if (now - lookedAt < LOOK_MS) return;
		lookedAt = now;
		first = new Map();
		for (const { name, nodeID } of broker.registry.getServiceList({ onlyAvailable: true, skipInternal: true }) as readonly Hosted[]) {
			const before = first.get(name);
			if (before === undefined || nodeID < before) first.set(name, nodeID);
		}
	};

	return (service) => {
		if (!broker.transit) return true;
		look();
		return (first.get(service) ?? broker.nodeID) === broker.nodeID;
	};
};
