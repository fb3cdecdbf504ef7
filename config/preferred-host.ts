import type { ServiceBroker } from "moleculer";

/** How long an answer is taken from memory before the registry is read again. */
const REMEMBERED_MS = 200;

interface Hosted {
	readonly name: string;
	readonly nodeID: string;
}

/**
 * Chooses among the nodes that host a service the one that does what one of them should do for all: the first by id. No message is needed for it,
 * since each node reads its own registry. Two nodes may both be first for a moment, or none.
 */
export interface FirstHost {
	/** Whether this node is the first host of the service. */
	of(service: string): boolean;
	/** Whether this node is the first host of any service that it hosts. */
	ofAny(): boolean;
}

export const preferredHost = (broker: Pick<ServiceBroker, "registry" | "nodeID" | "transit">): FirstHost => {
	let readAt = -Infinity;
	let firsts = new Map<string, string>();

	const read = (): void => {
		const now = performance.now();
		if (now - readAt < REMEMBERED_MS) return;
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
