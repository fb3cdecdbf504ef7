import type { Kind } from "../port";
import type { Source } from "./connection";
import type { Documents, DocumentRow } from "./documents";
import type { Journal } from "./journal";
import { LEASES, once, type LeaseRow } from "./lease";
import { TICKS_PER_MS } from "./ticks";

const BATCH = 256;
/** How far the clocks of nodes may be apart, and how long a commit may wait for its document. */
const MARGIN_MS = 60_000;
const CATCH_UP_EVERY_MS = 60_000;

interface KindRow {
	readonly _id: string;
	readonly revision: number;
	readonly form: string;
	/** Up to here, epoch ms, no document was behind its journal. */
	readonly checkedAt: number;
}

interface Parts<State> {
	readonly source: Source;
	readonly kind: Pick<Kind<State, never>, "name" | "revision">;
	readonly journal: Journal;
	readonly documents: Documents<State>;
	/** Of what the journal says alone, or of the document and what came after it. */
	readonly current: (id: string, from: "journal" | "document") => Promise<DocumentRow | undefined>;
}

/** Sees to it that documents follow their journals, whatever died between the two, and are made again where the kind means something else by now. */
export const views = <State>({ source, kind, journal, documents, current }: Parts<State>) => {
	const kinds = source.collection<KindRow>("kinds");

	const inBatches = async (
		ids: AsyncIterable<string>,
		make: (id: string) => Promise<DocumentRow | undefined>,
		replaces: "older" | "otherForm",
	) => {
		let batch: string[] = [];
		const flush = async (): Promise<void> => {
			const made = await Promise.all(batch.map(make));
			batch = [];
			await documents.put(
				made.filter((row) => row !== undefined),
				replaces,
			);
		};
		for await (const id of ids) if (batch.push(id) === BATCH) await flush();
		await flush();
	};
	const find = () => kinds().findOne({ _id: kind.name });
	const remember = (checkedAt: number) =>
		kinds().updateOne({ _id: kind.name }, { $set: { revision: kind.revision, form: documents.form, checkedAt } }, { upsert: true });

	async function* behind(since: number): AsyncIterable<string> {
		for await (const { _id } of journal.behind((since - MARGIN_MS) * TICKS_PER_MS)) yield _id;
	}

	return {
		/** At the start, before anything is asked. */
		async prepare(): Promise<void> {
			const now = await source.now();
			const isOurs = ({ form }: KindRow): boolean => form === documents.form;
			const made = await find();
			if (made && isOurs(made)) {
				await inBatches(behind(made.checkedAt), (id) => current(id, "document"), "older");
				await remember(now);
				return;
			}
			// A newer program may be at work beside this one: its documents stay, and are not read.
			const done = async (): Promise<boolean> => {
				const found = await find();
				return found !== null && (isOurs(found) || found.revision > kind.revision);
			};
			await once(source.collection<LeaseRow>(LEASES)(), `documents of ${kind.name}`, {
				done,
				async work() {
					await documents.dropOthers();
					await inBatches(journal.ids(), (id) => current(id, "journal"), "otherForm");
					await remember(now);
				},
			});
		},

		/** What other nodes left when they died, now and then, by whoever looks first. */
		async catchUp(): Promise<void> {
			const now = await source.now();
			const due = { _id: kind.name, form: documents.form, checkedAt: { $lte: now - CATCH_UP_EVERY_MS } };
			const found = await kinds().findOne(due);
			if (!found) return;
			await inBatches(behind(found.checkedAt), (id) => current(id, "document"), "older");
			await kinds().updateOne(due, { $set: { checkedAt: now } });
		},
	};
};
