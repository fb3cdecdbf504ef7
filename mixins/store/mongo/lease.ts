import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { mongo } from "mongoose";

export interface LeaseRow {
	readonly _id: string;
	readonly holder: string;
	/** Expiry in epoch ms, by the server's clock, which all nodes share. */
	readonly until: number;
}

export interface LeaseTimes {
	readonly heldMs: number;
	readonly lookEveryMs: number;
}

const TIMES: LeaseTimes = { heldMs: 15_000, lookEveryMs: 200 };
const NOW = { $toLong: "$$NOW" };

export type Leases = mongo.Collection<LeaseRow>;
export const LEASES = "leases";

/** The holder of a lease; undefined if the lease is free. */
export const holderOf = async (leases: Leases, name: string): Promise<string | undefined> => {
	const [found] = await leases.find({ _id: name, $expr: { $gt: ["$until", NOW] } }).toArray();
	return found?.holder;
};

const take = async (leases: Leases, name: string, holder: string, heldMs: number): Promise<boolean> => {
	const free = { $or: [{ $eq: ["$holder", holder] }, { $lte: [{ $ifNull: ["$until", 0] }, NOW] }] };
	const mine = { _id: name, holder, until: { $add: [NOW, heldMs] } };
	const found = await leases.findOneAndUpdate({ _id: name }, [{ $replaceWith: { $cond: [free, mine, "$$ROOT"] } }], {
		upsert: true,
		returnDocument: "after",
	});
	return found?.holder === holder;
};

/**
 * Runs work on one node while the other nodes wait for it. The lease of a crashed node expires, and another node starts the work again. The same
 * happens if a node is paused for longer than its lease. The lease only avoids duplicate work; correctness does not depend on it. The work must
 * therefore tolerate interruption at any point and concurrent execution.
 *
 * @param done whether the work is complete; may throw, which ends the wait of this node
 */
export const runOnceAcrossNodes = async (
	leases: Leases,
	name: string,
	{ done, work }: { readonly done: () => Promise<boolean>; readonly work: () => Promise<void> },
	{ heldMs, lookEveryMs }: LeaseTimes = TIMES,
): Promise<void> => {
	const holder = `${hostname()} ${process.pid} ${randomUUID()}`;
	while (!(await done())) {
		if (!(await take(leases, name, holder, heldMs))) {
			await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
			continue;
		}
		// A renewal that fails is tried again twice before the lease expires.
		const renewal = setInterval(() => void take(leases, name, holder, heldMs).catch(() => undefined), heldMs / 3).unref();
		try {
			if (!(await done())) await work(); // the previous holder may have completed it
			return;
		} finally {
			clearInterval(renewal);
			await leases.deleteOne({ _id: name, holder }).catch(() => undefined); // otherwise the lease expires
		}
	}
};
