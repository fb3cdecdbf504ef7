import type { Kind } from "../port";
import { SCAN, type CollectionSource } from "./connection";
import type { Documents, DocumentRow } from "./documents";
import type { Journal } from "./journal";
import { LEASES, runOnceAcrossNodes, type LeaseRow } from "./lease";
import { TICKS_PER_MS } from "./hybrid-logical-clock";
import { unionQuery } from "./union-query";

const BATCH = 256;
/** How long a commit may be under way before other processes can read it (an operation takes 6 s at most), and how far two clocks may be apart. */
export const MARGIN_MS = 10_000;

export interface KindRow {
	readonly _id: string;
	readonly revision: number;
	readonly form: string;
	/** Epoch ms: of the commits until then no document was behind its journal. */
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
	/** The document as the journal alone has it, or the stored one and the commits after it. */
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

/** Makes documents again: those that are behind their journals, and all where the kind has another form by now. */
export const documentMaintenance = <State>({ source, kind, journal, documents, current }: Parts<State>) => {
	const kinds = source.collection<KindRow>("kinds");
	const make = async (ids: readonly string[], from: "journal" | "document"): Promise<readonly DocumentRow[]> =>
		(await Promise.all(ids.map((id) => current(id, from)))).filter((row) => row !== undefined);

	/** Makes the documents of these aggregates again where they lack a commit. */
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

		/** At the start, before anything is asked. */
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
			// A newer program may be at work beside this one: its documents stay, and are not read.
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
