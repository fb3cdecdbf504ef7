import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

interface Write {
	readonly run: () => boolean;
	readonly resolve: (written: boolean) => void;
	readonly reject: (cause: unknown) => void;
}

/**
 * One SQLite file for the whole process, durable against a power cut (WAL, synchronous FULL). Writes that are due together share one
 * transaction and one fsync, and are answered after it.
 */
export class SqliteFile {
	readonly database: DatabaseSync;
	private due: Write[] = [];
	private readonly beforeCommit: (() => void)[] = [];
	private readonly afterCommit: (() => void)[] = [];
	private readonly afterRollback: (() => void)[] = [];

	constructor(path: string, readOnly = false) {
		this.database = new DatabaseSync(path, { readOnly });
		if (readOnly) return;
		this.database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384");
	}

	prepare(sql: string): StatementSync {
		return this.database.prepare(sql);
	}

	/** @returns what `run` returned, once it is durable. All of a group fails together: then nothing of it was written. */
	write(run: () => boolean): Promise<boolean> {
		return new Promise((resolve, reject) => {
			if (this.due.push({ run, resolve, reject }) === 1) setImmediate(() => this.commitDue());
		});
	}

	/** Inside each transaction, after its writes. */
	onBeforeCommit(listener: () => void): void {
		this.beforeCommit.push(listener);
	}

	onAfterCommit(listener: () => void): void {
		this.afterCommit.push(listener);
	}

	onAfterRollback(listener: () => void): void {
		this.afterRollback.push(listener);
	}

	/** Runs at once, in a transaction of its own; for start-up and rare work. */
	transaction<T>(run: () => T): T {
		this.database.exec("BEGIN IMMEDIATE");
		try {
			const result = run();
			this.database.exec("COMMIT");
			return result;
		} catch (cause) {
			if (this.database.isTransaction) this.database.exec("ROLLBACK");
			throw cause;
		}
	}

	close(): void {
		if (this.due.length > 0) this.commitDue();
		if (this.database.isOpen) this.database.close();
	}

	private commitDue(): void {
		const batch = this.due;
		if (batch.length === 0) return;
		this.due = [];
		try {
			const written = this.transaction(() => {
				const results = batch.map(({ run }) => run());
				for (const listener of this.beforeCommit) listener();
				return results;
			});
			batch.forEach(({ resolve }, index) => {
				resolve(written[index] === true);
			});
		} catch (cause) {
			for (const listener of this.afterRollback) listener();
			for (const { reject } of batch) reject(cause);
			return;
		}
		for (const listener of this.afterCommit) listener();
	}
}

export const rows = <Row>(statement: StatementSync, ...values: SQLInputValue[]): Row[] => statement.all(...values) as unknown as Row[];
export const row = <Row>(statement: StatementSync, ...values: SQLInputValue[]): Row | undefined => statement.get(...values) as unknown as Row | undefined;
