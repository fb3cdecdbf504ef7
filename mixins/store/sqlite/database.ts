import { closeSync, existsSync, fsyncSync, openSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { PRAGMAS, type GroupWriter, type Write } from "./group-writer";
import { threadedWriter } from "./threaded-writer";

interface Due {
	readonly write: Write;
	readonly onWritten: (() => void) | undefined;
	readonly resolve: (written: boolean) => void;
	readonly reject: (cause: unknown) => void;
}

/** Maximum number of writes that are answered in one turn of the event loop. Their callers all continue in that turn. */
const ANSWERS_A_TURN = 16;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A killed process may have left commits in the WAL that were never synced. Readers see them, so they must be made durable. */
const syncLog = (path: string): void => {
	const log = `${path}-wal`;
	if (!existsSync(log)) return;
	const descriptor = openSync(log, "r+");
	try {
		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
};

/**
 * One SQLite file for the whole process, durable against power loss (WAL, synchronous FULL). This thread reads; a separate writer writes.
 * Group commit: writes that arrive while a group is being written form the next group. A group is one transaction with one fsync, and its
 * writes are answered after it.
 */
export class SqliteDatabase {
	readonly database: DatabaseSync;
	private readonly writer: GroupWriter | undefined;
	private queued: Due[] = [];
	private running: Promise<void> | undefined;
	private closing: Promise<void> | undefined;
	private readonly prepared = new Map<string, StatementSync>();

	constructor(path: string, readOnly = false, writer = threadedWriter(path)) {
		this.database = new DatabaseSync(path, { readOnly });
		if (readOnly) return;
		syncLog(path);
		this.database.exec(PRAGMAS);
		this.writer = writer;
	}

	/** Caches statements by their SQL. The cache needs no limit, because all SQL comes from the code. */
	prepare(sql: string): StatementSync {
		const known = this.prepared.get(sql) ?? this.database.prepare(sql);
		this.prepared.set(sql, known);
		return known;
	}

	/**
	 * @param onWritten called once the write is durable, before any caller of its group continues. It must not throw
	 * @returns true once the write is durable; false if its first statement changed nothing
	 * @throws if the write failed or its outcome is unknown. All writes of a group fail together
	 */
	write(write: Write, onWritten?: () => void): Promise<boolean> {
		if (this.closing) return Promise.reject(new Error("the file is closed"));
		const { promise, resolve, reject } = Promise.withResolvers<boolean>();
		this.queued.push({ write, onWritten, resolve, reject });
		this.running ??= this.run();
		return promise;
	}

	/** Runs synchronously on this thread in its own transaction. Only for the start, before any other write. */
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

	/** Completes the queued writes. Every later write fails. */
	close(): Promise<void> {
		return (this.closing ??= this.finish());
	}

	private async finish(): Promise<void> {
		await this.running;
		await this.writer?.close();
		this.database.close();
	}

	private async run(): Promise<void> {
		await nextTurn(); // collects the writes of one event-loop turn into one group
		while (this.queued.length > 0) {
			const group = this.queued;
			this.queued = [];
			await this.writeGroup(group);
		}
		this.running = undefined;
	}

	private async writeGroup(group: readonly Due[]): Promise<void> {
		try {
			if (!this.writer) throw new Error("the file was opened for reading");
			const refused = new Set(await this.writer.write(group.map(({ write }) => write)));
			group.forEach(({ onWritten }, index) => {
				if (!refused.has(index)) onWritten?.();
			});
			for (const [index, { resolve }] of group.entries()) {
				if (index > 0 && index % ANSWERS_A_TURN === 0) await nextTurn();
				resolve(!refused.has(index));
			}
		} catch (cause) {
			const failure = new Error(`a group was not confirmed: ${(cause as Error).message}`, { cause });
			for (const { reject } of group) reject(failure);
		}
	}
}

export const rows = <Row>(statement: StatementSync, ...values: SQLInputValue[]): Row[] => statement.all(...values) as unknown as Row[];
export const row = <Row>(statement: StatementSync, ...values: SQLInputValue[]): Row | undefined =>
	statement.get(...values) as unknown as Row | undefined;
