import type { ServiceBroker } from "moleculer";

/** How long results are cached before the registry is read again. */
const CACHE_MS = 200;

interface Hosted {
	readonly name: string;
	readonly nodeID: string;
}

/**
 * Selects, among the hosts of a service, the node that runs the tasks meant for one host only: the one with the lowest node id. Each node reads its own
 * registry, so no message is needed. For a short time, two nodes or none may be selected.
 */
export interface FirstHost {
	/** Whether this node is the preferred host of the service. */
	of(service: string): boolean;
	/** Whether this node is the preferred host of any of its services. */
	ofAny(): boolean;
}

export const preferredHost = (broker: Pick<ServiceBroker, "registry" | "nodeID" | "transit">): FirstHost => {
	let readAt = -Infinity;
	let firsts = new Map<string, string>();

	const read = (): void => {
		const now = performance.now();
		if (now - readAt < CACHE_MS) return;
		readAt = now;
		firsts = new Map();
		for (const { name, nodeID } of broker.registry.getServiceList({ onlyAvailable: true, skipInternal: true }) as readonly Hosted[]) {
			const before = firsts.get(name);
			if (before === undefined || nodeID < before) firsts.set(name, nodeID);
		}
	};
	const { nodeID } = broker;

	return {
		of(service) {
			if (!broker.transit) return true;
			read();
			return (firsts.get(service) ?? nodeID) === nodeID;
		},
		ofAny() {
			if (!broker.transit) return true;
			read();
			return firsts.values().some((first) => first === nodeID);
		},
	};
};
