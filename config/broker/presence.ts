/** What this node knows at first hand of the others: who was heard of lately, and whose mailbox was gone. */
export interface Presence {
	/** Something came from that node. */
	heard(nodeID: string): void;
	/** What was sent to it came back: nobody is there. */
	lost(nodeID: string): void;
	/** Its mailbox was gone, and since then it has not been heard of. What others say of it may be of before. */
	isLost(nodeID: string): boolean;
	/** It has said goodbye. Its id is of one start only: it does not come back. */
	left(nodeID: string): void;
	/** It has said goodbye lately: what still comes of it was sent before that. */
	hasLeft(nodeID: string): boolean;
	/** Milliseconds since it was heard of; Infinity where it never was. */
	silentMs(nodeID: string): number;
}

/** After that long, whatever is said of a node is of later than its loss. Longer than a heartbeat is kept, and one more comes in between. */
export const STALE_AFTER_MS = 10_000;

/** Longer than anything is on its way. */
const GONE_FOR_MS = 60_000;

export const presence = (now: () => number = () => performance.now()): Presence => {
	const heardAt = new Map<string, number>();
	const lostAt = new Map<string, number>();
	const leftAt = new Map<string, number>();
	const drop = (times: Map<string, number>, afterMs: number): void => {
		for (const [nodeID, at] of times) if (now() - at > afterMs) times.delete(nodeID);
	};
	/** Each start of a node has another id: what is not forgotten would add up. */
	const forget = (): void => {
		drop(lostAt, STALE_AFTER_MS);
		drop(leftAt, GONE_FOR_MS);
		drop(heardAt, GONE_FOR_MS);
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
