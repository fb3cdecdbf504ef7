import type { Kind } from "../port";
import { SCAN, type CollectionSource } from "./connection";
import type { Documents, DocumentRow } from "./documents";
import type { Journal } from "./journal";
import { LEASES, runOnceAcrossNodes, type LeaseRow } from "./lease";
import { TICKS_PER_MS } from "./hybrid-logical-clock";
import { unionQuery } from "./union-query";

const BATCH = 256;
/** Upper bound for the time until other processes can read a commit (an operation takes at most 6 s) plus the difference between two clocks. */
export const MARGIN_MS = 10_000;

export interface KindRow {
	readonly _id: string;
	readonly revision: number;
	readonly form: string;
	/** Epoch ms. For commits up to this time all documents were checked against the journal. */
	readonly checkedAt: number;
}

/** An aggregate and its last commit. */
export interface Last {
	readonly id: string;
	readonly last: number;
}

interface Parts<State> {
	readonly source: CollectionSource;
	readonly kind: Pick<Kind<State, never>, "name" | "revision">;
	readonly journal: Journal;
	readonly documents: Documents<State>;
	/** Makes the current document from the journal alone, or from the stored document and the commits after it. */
	readonly current: (id: string, from: "journal" | "document") => Promise<DocumentRow | undefined>;
}

export async function* inBatches<T>(items: AsyncIterable<T>): AsyncIterable<readonly T[]> {
	let batch: T[] = [];
	for await (const item of items)
		if (batch.push(item) === BATCH) {
			yield batch;
			batch = [];
		}
	if (batch.length > 0) yield batch;
}

/** Rebuilds documents that are behind their journals, and all documents of a kind whose form has changed. */
export const documentMaintenance = <State>({ source, kind, journal, documents, current }: Parts<State>) => {
	const kinds = source.collection<KindRow>("kinds");
	const make = async (ids: readonly string[], from: "journal" | "document"): Promise<readonly DocumentRow[]> =>
		(await Promise.all(ids.map((id) => current(id, from)))).filter((row) => row !== undefined);

	/** Rebuilds those documents of these aggregates that lack a commit. */
	const repair = async (lasts: readonly Last[]): Promise<void> => {
		const versions = await documents.versions(lasts.map(({ id }) => id));
		const behind = lasts.filter(({ id, last }) => (versions.get(id) ?? 0) < last);
		await documents.put(
			await make(
				behind.map(({ id }) => id),
				"document",
			),
		);
	};
	const find = () => kinds().findOne({ _id: kind.name });
	const remember = (checkedAt: number) =>
		kinds().updateOne({ _id: kind.name }, { $set: { revision: kind.revision, form: documents.form, checkedAt } }, { upsert: true });

	return {
		repair,

		/** Runs at the start of the program, before the first query. */
		async prepare(): Promise<void> {
			const now = await source.now();
			const isOurs = ({ form }: KindRow): boolean => form === documents.form;
			const made = await find();
			if (made && isOurs(made)) {
				const since = (made.checkedAt - MARGIN_MS) * TICKS_PER_MS;
				for await (const batch of inBatches(
					unionQuery<Last>(source, [journal.lastsBetween(since, Infinity)], [], { allowDiskUse: true, ...SCAN }),
				))
					await repair(batch);
				await remember(now);
				return;
			}
			// A newer program may run beside this one. Its documents stay, and this program does not use them.
			const done = async (): Promise<boolean> => {
				const found = await find();
				return found !== null && (isOurs(found) || found.revision > kind.revision);
			};
			await runOnceAcrossNodes(source.collection<LeaseRow>(LEASES)(), `documents of ${kind.name}`, {
				done,
				async work() {
					await documents.dropOthers();
					for await (const ids of inBatches(journal.ids())) await documents.put(await make(ids, "journal"), "otherForm");
					await remember(now);
				},
			});
		},
	};
};
