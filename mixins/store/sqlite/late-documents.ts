import { inSlices } from "../../async/time-slice";
import type { SqliteDatabase } from "./database";
import type { Statement } from "./group-writer";

/** Upper bound for the time between a commit and its document. */
const FLUSH_MS = 1_000;

/** A document that the file does not hold yet: the statement that writes it, made when it is written. */
export type WaitingDocument = () => Statement;

/** The documents of one kind that wait. */
export interface LateDocuments {
	/**
	 * Called when a commit is known to be durable (`onWritten` of its write).
	 *
	 * @param seq the number of the commit
	 * @param document the aggregate after it; it takes the place of an older one. Undefined where this commit brings none
	 */
	committed(seq: number, id: string, document: WaitingDocument | undefined): void;

	/** Called when a removal is known to be durable: the document of the aggregate is not written any more. */
	removed(id: string): void;

	/** Writes the documents of this kind that wait. */
	flush(): Promise<void>;
}

/**
 * Writes documents behind their commits: each a second later at most, once however often its aggregate was committed meanwhile.
 *
 * `kinds.documents` is a watermark: the documents of that kind hold all commits up to this number. The next start makes those behind it again. It never
 * passes a commit whose document is not durable, because
 * - a commit and its document become known here in one call, so a number that is known has its document waiting or written;
 * - a document waits until it is durable, so none is lost where a group fails;
 * - the number is read before the documents are collected, and written after all of them are durable.
 */
export const lateDocuments = (file: Pick<SqliteDatabase, "write">) => {
	const kinds = new Map<string, Map<string, WaitingDocument>>();
	let committed = 0;
	let marked = 0;
	let timer: NodeJS.Timeout | undefined;
	let isClosed = false;
	let last: Promise<unknown> = Promise.resolve();

	const write = async (waiting: Map<string, WaitingDocument>, id: string): Promise<void> => {
		const document = waiting.get(id);
		if (!document) return;
		await file.write({ first: document(), then: [] });
		if (waiting.get(id) === document) waiting.delete(id);
	};
	/** The documents that wait by now, or newer ones in their place. */
	const writeAll = async (some: Iterable<Map<string, WaitingDocument>>): Promise<void> => {
		const due = [...some].flatMap((waiting) => [...waiting.keys()].map((id) => [waiting, id] as const));
		await inSlices(due, ([waiting, id]) => write(waiting, id));
	};
	const mark = async (seq: number): Promise<void> => {
		const names = [...kinds.keys()];
		const sql = `UPDATE kinds SET documents = ? WHERE kind IN (${names.map(() => "?").join(", ")})`;
		await file.write({ first: { sql, values: [seq, ...names] }, then: [] });
		marked = seq;
	};
	/** One after the other: a query that comes while documents are being written waits for them, and does not write them again. */
	const inTurn = (work: () => Promise<void>): Promise<void> => {
		const done = last.then(work);
		last = done.catch(() => undefined); // the caller of `done` receives the error
		return done;
	};
	const flush = (): Promise<void> =>
		inTurn(async () => {
			const seq = committed;
			await writeAll(kinds.values());
			if (seq > marked) await mark(seq);
		});
	const flushSoon = (): void => {
		if (isClosed) return;
		timer ??= setTimeout(() => {
			void flush()
				.catch(() => undefined) // they wait on, and so does the watermark
				.finally(() => {
					timer = undefined;
					if (committed > marked) flushSoon();
				});
		}, FLUSH_MS).unref();
	};

	return {
		of(kind: string): LateDocuments {
			const waiting = kinds.get(kind) ?? new Map<string, WaitingDocument>();
			kinds.set(kind, waiting);
			return {
				committed(seq, id, document) {
					committed = seq;
					if (document) waiting.set(id, document);
					flushSoon();
				},
				removed(id) {
					waiting.delete(id);
				},
				flush: () => (waiting.size === 0 ? Promise.resolve() : inTurn(() => writeAll([waiting]))),
			};
		},
		async close(): Promise<void> {
			isClosed = true;
			clearTimeout(timer);
			await flush().catch(() => undefined); // the next start makes them
		},
	};
};
