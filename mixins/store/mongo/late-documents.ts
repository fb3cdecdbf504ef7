import type { DocumentRow } from "./documents";

/** Documents that are written after their commits: gathered, large ones, ones that no query asks for, and ones that could not be written. */
export interface LateDocuments {
	/** @param row the document itself, where it is at hand; else it is made from the journal */
	add(id: string, version: number, row?: DocumentRow): void;
	/** A document of this version exists. */
	written(id: string, version: number): void;
	/** Writes all that were added before. Queries of this process call it, so that they see all that it has answered. */
	flush(): Promise<void>;
	close(): Promise<void>;
}

/** Within this time queries of other processes see a document that is gathered with others. */
export const GATHERED_MS = 500;
/** The same for a document that is written late because of its size. */
export const QUERIED_DELAY_MS = 1_000;
/** For kinds without fields, which no query asks for: who loads the aggregate reads the rest of its journal. */
export const UNQUERIED_DELAY_MS = 5_000;

interface Late {
	readonly version: number;
	readonly row: DocumentRow | undefined;
}

/** @param make documents that are not at hand */
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
	/** One after the other: the second of two finds nothing left to write. */
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
			await flush().catch(() => undefined); // made again at the next start
		},
	};
};
