import { closeSync, existsSync, fsyncSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { Worker } from "node:worker_threads";

export interface Statement {
	readonly sql: string;
	readonly values: readonly (string | number | null)[];
}

/** One thing to write: where `first` changes nothing, `then` is left out and the answer is false. */
export interface Write {
	readonly first: Statement;
	readonly then: readonly Statement[];
}

interface Due {
	readonly write: Write;
	readonly resolve: (written: boolean) => void;
	readonly reject: (cause: unknown) => void;
}

/** Places of the writes whose first statement changed nothing; or why none of the group was written. */
type Answer = { readonly refused: readonly number[] } | { readonly failure: string };

const PRAGMAS =
	"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384";

/** A process that was killed may have left commits in the log that no sync has covered. They can be read, so they must be durable. */
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
 * One SQLite file for the whole process, durable against a power cut (WAL, synchronous FULL). This thread reads; another writes, so that the
 * event loop never waits for the disk. What is due while a group is being written is the next group: one transaction and one fsync for all of
 * it, and only then is it answered.
 */
export class SqliteFile {
	readonly database: DatabaseSync;
	private due: Due[] = [];
	private underWay: Due[] = [];
	private writer: Worker | undefined;
	/** Of the statements that the writer knows. */
	private readonly numbers = new Map<string, number>();
	private broken: Error | undefined;
	private idle: (() => void)[] = [];
	private readonly afterCommit: (() => void)[] = [];
	private readonly prepared = new Map<string, StatementSync>();

	constructor(
		private readonly path: string,
		private readonly readOnly = false,
	) {
		this.database = new DatabaseSync(path, { readOnly });
		if (readOnly) return;
		syncLog(path);
		this.database.exec(PRAGMAS);
	}

	/** The same text gives the same statement. Its texts come from the code, so they are few. */
	prepare(sql: string): StatementSync {
		const known = this.prepared.get(sql) ?? this.database.prepare(sql);
		this.prepared.set(sql, known);
		return known;
	}

	/** @returns whether it was written, once it is durable. All of a group fails together: then nothing of it was written. */
	write(write: Write): Promise<boolean> {
		return new Promise((resolve, reject) => {
			this.due.push({ write, resolve, reject });
			if (this.due.length === 1 && this.underWay.length === 0) setImmediate(() => this.send());
		});
	}

	/** Told after each group. */
	onAfterCommit(listener: () => void): void {
		this.afterCommit.push(listener);
	}

	/** Runs at once on this thread, in a transaction of its own: for the start, before anything else is written. */
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

	/** What is due is written first. */
	async close(): Promise<void> {
		if (this.due.length > 0 || this.underWay.length > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
		const { writer } = this;
		if (writer && !this.broken) {
			const gone = new Promise((resolve) => writer.once("exit", resolve));
			writer.ref();
			writer.postMessage("close");
			await gone;
		}
		if (this.database.isOpen) this.database.close();
	}

	private send(): void {
		if (this.underWay.length > 0 || this.due.length === 0) return;
		this.underWay = this.due;
		this.due = [];
		if (this.broken || this.readOnly) {
			this.settle({ failure: this.broken?.message ?? "the file was opened for reading" });
			return;
		}
		this.writer ??= this.startWriter();
		this.writer.ref();
		this.writer.postMessage(this.parcel(this.underWay));
	}

	/** The flat form that the writer reads. */
	private parcel(group: readonly Due[]) {
		const declare: { number: number; sql: string; arity: number }[] = [];
		const flat: (string | number | null)[] = [];
		const add = ({ sql, values }: Statement): void => {
			let number = this.numbers.get(sql);
			if (number === undefined) {
				this.numbers.set(sql, (number = this.numbers.size));
				declare.push({ number, sql, arity: values.length });
			}
			flat.push(number, ...values);
		};
		for (const { write } of group) {
			flat.push(1 + write.then.length);
			add(write.first);
			write.then.forEach(add);
		}
		return { declare, flat };
	}

	private startWriter(): Worker {
		const writer = new Worker(join(__dirname, "writer.cjs"), { workerData: { path: this.path, pragmas: PRAGMAS } });
		writer.on("message", (answer: Answer) => {
			this.settle(answer);
		});
		writer.on("error", (cause: Error) => {
			this.broken = cause;
			this.settle({ failure: cause.message });
		});
		return writer;
	}

	private settle(answer: Answer): void {
		const group = this.underWay;
		this.underWay = [];
		if ("refused" in answer) {
			const refused = new Set(answer.refused);
			group.forEach(({ resolve }, index) => {
				resolve(!refused.has(index));
			});
			for (const listener of this.afterCommit) listener();
		} else {
			const cause = new Error(`the group was not written: ${answer.failure}`);
			for (const { reject } of group) reject(cause);
		}
		this.writer?.unref(); // a process with nothing left to write, or to do, may end
		if (this.due.length > 0) this.send();
		else for (const resolve of this.idle.splice(0)) resolve();
	}
}

export const rows = <Row>(statement: StatementSync, ...values: SQLInputValue[]): Row[] => statement.all(...values) as unknown as Row[];
export const row = <Row>(statement: StatementSync, ...values: SQLInputValue[]): Row | undefined =>
	statement.get(...values) as unknown as Row | undefined;
