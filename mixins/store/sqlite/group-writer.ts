/** How each connection that writes is opened: a commit is durable when it returns, also against a power cut. */
export const PRAGMAS =
	"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384";

export interface Statement {
	readonly sql: string;
	readonly values: readonly (string | number | null)[];
}

/** One thing to write: where `first` changes nothing, `then` is left out and the write is refused. */
export interface Write {
	readonly first: Statement;
	readonly then: readonly Statement[];
}

/** Writes groups into a file. The caller waits for one group before it hands over the next. */
export interface GroupWriter {
	/**
	 * Writes a group in one transaction and makes it durable.
	 *
	 * @returns the indexes of the writes that were refused
	 * @throws where the batch was not written, or its outcome is unknown. After an unknown outcome every later group fails as well
	 */
	write(group: readonly Write[]): Promise<readonly number[]>;

	close(): Promise<void>;
}
