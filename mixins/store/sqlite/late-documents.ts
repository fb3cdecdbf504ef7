import { inSlices } from "../../async/time-slice";
import type { SqliteDatabase } from "./database";
import type { Statement } from "./group-writer";

/** Upper bound for the time between a commit and its document. */
const FLUSH_MS = 1_000;

/** A document that is not in the file yet. The function builds the statement when the document is written. */
export type WaitingDocument = () => Statement;

/** Waiting documents of one kind. */
export interface LateDocuments {
	/**
	 * Called when a commit is durable (`onWritten` of its write).
	 *
	 * @param seq sequence number of the commit
	 * @param document the aggregate after the commit; it replaces an older waiting one. Undefined if this commit writes no document
	 */
	committed(seq: number, id: string, document: WaitingDocument | undefined): void;

	/** Called when a removal is durable. Discards the waiting document of the aggregate. */
	removed(id: string): void;

	/** Writes the waiting documents of this kind. */
	flush(): Promise<void>;
}

/**
 * Writes documents at most one second after their commits. Several commits of an aggregate within that time cause one write.
 *
 * `kinds.documents` is a watermark: the documents of that kind include all commits up to this sequence number. The next start rebuilds the
 * documents of later commits. The watermark never passes a commit whose document is not durable, because
 * - a commit and its document are registered in one call, so the document of each registered number is waiting or written;
 * - a document waits until it is durable, so a failed group loses none;
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
	/** Writes the documents that wait at the time of the call, or newer ones that have replaced them. */
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
	/** Serializes flushes. A query that arrives during a flush waits for it and does not write the same documents again. */
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
				.catch(() => undefined) // the documents keep waiting and the watermark stays
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
			await flush().catch(() => undefined); // the next start rebuilds the documents
		},
	};
};
