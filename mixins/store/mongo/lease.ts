import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { mongo } from "mongoose";

export interface LeaseRow {
	readonly _id: string;
	readonly holder: string;
	/** Epoch ms of the server, the one clock of all nodes. */
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

/** Who holds a lease, if anybody does. */
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
 * Work that one node does while the others wait until it is done. The lease of a node that died runs out, and another begins again; so does one that was
 * paused for longer than its lease: the lease saves work, and nothing rests on it. The work must bear being broken off anywhere, and being done by two.
 *
 * @param done whether there is nothing left to do; may throw, for all who wait
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
			if (!(await done())) await work(); // the one before may have done it just now
			return;
		} finally {
			clearInterval(renewal);
			await leases.deleteOne({ _id: name, holder }).catch(() => undefined); // it runs out by itself
		}
	}
};
