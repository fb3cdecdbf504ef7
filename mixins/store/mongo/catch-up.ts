import { SCAN, type CollectionSource } from "./connection";
import type { Journal } from "./journal";
import type { ServerClock } from "./server-clock";
import { TICKS_PER_MS } from "./hybrid-logical-clock";
import { unionQuery } from "./union-query";
import { inBatches, MARGIN_MS, type KindRow, type Last } from "./document-maintenance";

/** Documents this recent may still be behind, because their writes are gathered or retried. They are not repaired yet. */
const LATE_MS = 2_000;
const MIN_INTERVAL_MS = 4_000;
/** Without commits, progress is stored this often, so that the interval of the next check stays bounded. */
const NOTE_EVERY_MS = 60_000;

/** The parts of a collection that catching up needs. */
export interface CatchingUp {
	readonly kind: string;
	readonly form: string;
	readonly journal: Pick<Journal, "lastsBetween">;
	repair(lasts: readonly Last[]): Promise<void>;
}

/**
 * Repairs documents that a crashed process left outdated. It reads the commits since the last check by any process, plus a margin before it,
 * and repairs each document that lacks one of them. One command finds the commits of all kinds.
 */
export const catchingUp = (source: CollectionSource, clock: ServerClock, all: readonly CatchingUp[]): (() => Promise<void>) => {
	const kinds = source.collection<KindRow>("kinds", "view");

	return async () => {
		await clock.sync();
		const until = clock.now() - LATE_MS;
		const rows = await kinds()
			.find({ _id: { $in: all.map(({ kind }) => kind) } })
			.toArray();
		// Documents of another form belong to a newer program.
		const ours = all.filter(({ kind, form }) => rows.some((row) => row._id === kind && row.form === form));
		const checkedAt = Math.min(...rows.filter(({ _id }) => ours.some(({ kind }) => kind === _id)).map((row) => row.checkedAt));
		if (ours.length === 0 || until - checkedAt < MIN_INTERVAL_MS) return;

		const parts = ours.map(({ journal }) => journal.lastsBetween((checkedAt - MARGIN_MS) * TICKS_PER_MS, until * TICKS_PER_MS));
		let isIdle = true;
		for await (const batch of inBatches(unionQuery<Last & { kind: string }>(source, parts, [], { allowDiskUse: true, ...SCAN }))) {
			isIdle = false;
			for (const [name, lasts] of Map.groupBy(batch, ({ kind }) => kind)) await ours.find(({ kind }) => kind === name)!.repair(lasts);
		}
		if (isIdle && until - checkedAt < NOTE_EVERY_MS) return;
		await kinds().updateMany({ _id: { $in: ours.map(({ kind }) => kind) }, checkedAt: { $lt: until } }, { $set: { checkedAt: until } });
	};
};
