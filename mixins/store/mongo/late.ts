import type { DocumentRow } from "./documents";

/** The documents that this process has left behind their journals: large ones, and ones that could not be written. */
export interface LateDocuments {
	add(id: string, version: number): void;
	/** A document of this version is there. */
	written(id: string, version: number): void;
	/** Queries of this process see all that it has answered. */
	flush(): Promise<void>;
	close(): Promise<void>;
}

/** How late they may be for the queries of other nodes. */
const SOON_MS = 1_000;

/** @param write makes the documents again, and tells which */
export const lateDocuments = (write: (ids: readonly string[]) => Promise<readonly DocumentRow[]>): LateDocuments => {
	const behind = new Map<string, number>();
	let timer: NodeJS.Timeout | undefined;
	let closed = false;

	const written = (id: string, version: number): void => {
		if ((behind.get(id) ?? Infinity) <= version) behind.delete(id);
	};
	const flush = async (): Promise<void> => {
		if (behind.size === 0) return;
		for (const { _id, version } of await write([...behind.keys()])) written(_id, version);
	};

	return {
		written,
		flush,
		add(id, version) {
			behind.set(id, Math.max(version, behind.get(id) ?? 0));
			if (closed) return;
			timer ??= setTimeout(() => {
				timer = undefined;
				flush().catch(() => undefined); // the next query asks again, and says so
			}, SOON_MS).unref();
		},
		async close() {
			closed = true;
			clearTimeout(timer);
			await flush().catch(() => undefined); // made again at the next start
		},
	};
};
