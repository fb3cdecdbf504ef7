import type { DocumentRow } from "./documents";

/** Documents written after their commits: gathered documents, large ones, ones that no query reads, and ones whose write failed. */
export interface LateDocuments {
	/** @param row the document; if missing, it is made from the journal */
	add(id: string, version: number, row?: DocumentRow): void;
	/** Reports that a document of this version exists. */
	written(id: string, version: number): void;
	/** Writes all documents added before. Queries of this process call it first, so that they see every commit it has confirmed. */
	flush(): Promise<void>;
	close(): Promise<void>;
}

/** Delay of gathered documents. Queries of other processes see them within this time. */
export const GATHERED_MS = 500;
/** Delay of documents that are written late because of their size. */
export const QUERIED_DELAY_MS = 1_000;
/** Delay for kinds without fields, which no query reads. A load reads the missing commits from the journal. */
export const UNQUERIED_DELAY_MS = 5_000;

interface Late {
	readonly version: number;
	readonly row: DocumentRow | undefined;
}

/** @param make makes the documents that were added without a row */
export const lateDocuments = (
	make: (ids: readonly string[]) => Promise<readonly DocumentRow[]>,
	write: (rows: readonly DocumentRow[]) => Promise<void>,
	withinMs: number,
): LateDocuments => {
	const behind = new Map<string, Late>();
	let timer: NodeJS.Timeout | undefined;
	let closed = false;
	let writing: Promise<void> = Promise.resolve();

	const writeAll = async (): Promise<void> => {
		if (behind.size === 0) return;
		const taken = [...behind];
		const unmade = taken.flatMap(([id, { row }]) => (row ? [] : [id]));
		const rows = taken.flatMap(([, { row }]) => row ?? []);
		await write(unmade.length === 0 ? rows : [...rows, ...(await make(unmade))]);
		for (const [id, late] of taken) if (behind.get(id) === late) behind.delete(id);
	};
	/** Flushes run one after another, so a concurrent second flush finds nothing left to write. */
	const flush = (): Promise<void> => (writing = writing.then(writeAll, writeAll));
	const flushLater = (): void => {
		if (closed) return;
		timer ??= setTimeout(() => {
			timer = undefined;
			flush().catch(flushLater);
		}, withinMs).unref();
	};

	return {
		flush,
		written(id, version) {
			if ((behind.get(id)?.version ?? Infinity) <= version) behind.delete(id);
		},
		add(id, version, row) {
			if (version < (behind.get(id)?.version ?? 0)) return;
			behind.set(id, { version, row });
			flushLater();
		},
		async close() {
			closed = true;
			clearTimeout(timer);
			await flush().catch(() => undefined); // catching up repairs the documents later
		},
	};
};
