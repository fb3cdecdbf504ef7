/** First-hand knowledge of other nodes: when each last sent a message, and which of them had no queue. */
export interface Presence {
	/** A message of the node was received. */
	heard(nodeID: string): void;
	/** A message to the node was returned, because its queue does not exist. */
	lost(nodeID: string): void;
	/** The node had no queue, and no message of it was received since. Reports of other sources may be older than the loss. */
	isLost(nodeID: string): boolean;
	/** The node announced its departure. A node id is used for one start only, so it does not return. */
	left(nodeID: string): void;
	/** The node announced its departure recently. Messages that still arrive were sent before that. */
	hasLeft(nodeID: string): boolean;
	/** Milliseconds since the last message of the node; Infinity if there was none. */
	silentMs(nodeID: string): number;
}

/** After this time, reports about a lost node are newer than its loss. It exceeds the lifetime of a heartbeat plus one interval. */
export const STALE_AFTER_MS = 10_000;

/** Upper bound for message transit time. */
const MAX_TRANSIT_MS = 60_000;

export const presence = (now: () => number = () => performance.now()): Presence => {
	const heardAt = new Map<string, number>();
	const lostAt = new Map<string, number>();
	const leftAt = new Map<string, number>();
	const drop = (times: Map<string, number>, afterMs: number): void => {
		for (const [nodeID, at] of times) if (now() - at > afterMs) times.delete(nodeID);
	};
	/** Removes old entries. Each start of a node has a new id, so the maps would otherwise grow without limit. */
	const forget = (): void => {
		drop(lostAt, STALE_AFTER_MS);
		drop(leftAt, MAX_TRANSIT_MS);
		drop(heardAt, MAX_TRANSIT_MS);
	};
	return {
		heard(nodeID) {
			heardAt.set(nodeID, now());
			lostAt.delete(nodeID);
		},
		lost(nodeID) {
			forget();
			heardAt.delete(nodeID);
			lostAt.set(nodeID, now());
		},
		isLost(nodeID) {
			forget();
			return lostAt.has(nodeID);
		},
		left(nodeID) {
			forget();
			leftAt.set(nodeID, now());
		},
		hasLeft: (nodeID) => leftAt.has(nodeID),
		silentMs: (nodeID) => now() - (heardAt.get(nodeID) ?? -Infinity),
	};
};
