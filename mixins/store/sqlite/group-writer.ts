/** Settings of each writing connection. A commit is durable when it returns, even against power loss. */
export const PRAGMAS =
	"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384";

export interface Statement {
	readonly sql: string;
	readonly values: readonly (string | number | null)[];
}

/** An atomic write. If `first` changes nothing, `then` is skipped and the write counts as refused. */
export interface Write {
	readonly first: Statement;
	readonly then: readonly Statement[];
}

/** Writes groups to a file. The caller must wait for one group before it passes the next. */
export interface GroupWriter {
	/**
	 * Writes a group in one transaction and makes it durable.
	 *
	 * @returns indexes of the refused writes
	 * @throws if the group was not written or its outcome is unknown. After an unknown outcome every later group fails as well
	 */
	write(group: readonly Write[]): Promise<readonly number[]>;

	close(): Promise<void>;
}
