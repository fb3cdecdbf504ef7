import type { DocumentRow } from "./documents";

/** The documents that this process has left behind their journals: large ones, ones that no query asks for, and ones that could not be written. */
export interface LateDocuments {
	/** @param row the document itself, where it is at hand */
	add(id: string, version: number, row?: DocumentRow): void;
	/** A document of this version is there. */
	written(id: string, version: number): void;
	/** Queries of this process see all that it has answered. */
	flush(): Promise<void>;
	close(): Promise<void>;
}

/** How late they may be for the queries of other nodes; and where there are no queries, for who would read a long journal. */
export const SOON_MS = 1_000;
export const LATER_MS = 5_000;
/** Of kinds that may be late by a moment with each commit. */
export const MOMENT_MS = 500;

interface Late {
	readonly version: number;
	readonly row: DocumentRow | undefined;
}

/** @param make those again that are not at hand */
export const lateDocuments = (
	make: (ids: readonly string[]) => Promise<readonly DocumentRow[]>,
	write: (rows: readonly DocumentRow[]) => Promise<void>,
	withinMs: number,
): LateDocuments => {
	const behind = new Map<string, Late>();
	let timer: NodeJS.Timeout | undefined;
	let closed = false;

	const written = (id: string, version: number): void => {
		if ((behind.get(id)?.version ?? Infinity) <= version) behind.delete(id);
	};
	const flush = async (): Promise<void> => {
		if (behind.size === 0) return;
		const now = [...behind];
		const rows = [...now.flatMap(([, { row }]) => row ?? []), ...(await make(now.flatMap(([id, { row }]) => (row ? [] : [id]))))];
		await write(rows);
		for (const { _id, version } of rows) written(_id, version);
	};

	return {
		written,
		flush,
		add(id, version, row) {
			if (version < (behind.get(id)?.version ?? 0)) return;
			behind.set(id, { version, row });
			if (closed) return;
			timer ??= setTimeout(() => {
				timer = undefined;
				flush().catch(() => undefined); // the next query asks again, and says so
			}, withinMs).unref();
		},
		async close() {
			closed = true;
			clearTimeout(timer);
			await flush().catch(() => undefined); // made again at the next start
		},
	};
};
