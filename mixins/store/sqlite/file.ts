import { closeSync, fdatasync, openSync } from "node:fs";
import { availableParallelism } from "node:os";
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
	readonly key: string | undefined;
}

/** The connection that writes on this thread. It leaves every fsync to others. */
interface Here {
	readonly database: DatabaseSync;
	readonly statements: Map<string, StatementSync>;
	/** Of the write-ahead log, for its fsync. Nothing is locked through it. */
	readonly log: number;
	bytes: number;
	isCheckpointing: boolean;
}

const HERE =
	"PRAGMA synchronous = OFF; PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 0";
/** About so much of the log before it is carried over into the file. */
const CHECKPOINT_BYTES = 8 * 1_048_576;

/** Places of the writes whose first statement changed nothing; or why none of the group was written. */
type Answer = { readonly refused: readonly number[]; readonly seq: number } | { readonly failure: string };

/** Documents that a crash may leave behind are those of so much time. */
const FLUSH_MS = 1_000;
const FLUSHED = "UPDATE relay SET seq = ? WHERE name = 'documents'";

const PRAGMAS =
	"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384";

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
	private waiting: (() => void)[] = [];
	private readonly afterCommit: (() => void)[] = [];
	private readonly prepared = new Map<string, StatementSync>();
	/** Of the last commit that was answered. */
	private seq = 0;
	/** Where there is one core, another thread would only take turns with this one: groups are written here, and only their fsync waits elsewhere. */
	private readonly isAlone = availableParallelism() === 1;
	private here: Here | undefined;
	/** What the group under way has written here, and nobody may read before it is durable. */
	private readonly writing = new Set<string>();
	private readonly flushers: (() => Statement[])[] = [];
	private flushTimer: NodeJS.Timeout | undefined;

	constructor(
		private readonly path: string,
		private readonly readOnly = false,
	) {
		this.database = new DatabaseSync(path, { readOnly });
		if (!readOnly) this.database.exec(PRAGMAS);
	}

	/** The same text gives the same statement. Its texts come from the code, so they are few. */
	prepare(sql: string): StatementSync {
		const known = this.prepared.get(sql) ?? this.database.prepare(sql);
		this.prepared.set(sql, known);
		return known;
	}

	/**
	 * @param key of the aggregate that it belongs to
	 * @returns whether it was written, once it is durable. All of a group fails together: then nothing of it was written.
	 */
	write(write: Write, key?: string): Promise<boolean> {
		return new Promise((resolve, reject) => {
			this.due.push({ write, resolve, reject, key });
			if (this.due.length === 1 && this.underWay.length === 0) setImmediate(() => this.send());
		});
	}

	/** Asked for what is to be written beside the commits that have been answered. */
	onFlush(take: () => Statement[]): void {
		this.flushers.push(take);
	}

	flushSoon(): void {
		this.flushTimer ??= setTimeout(() => {
			this.flush().catch(() => undefined); // the next start does it
		}, FLUSH_MS);
	}

	/** Writes all documents that wait, and up to which commit none is late. */
	async flush(): Promise<void> {
		clearTimeout(this.flushTimer);
		this.flushTimer = undefined;
		const then = this.flushers.flatMap((take) => take());
		if (then.length > 0) await this.write({ first: { sql: FLUSHED, values: [this.seq] }, then });
	}

	/** Whether what can be read of an aggregate may not be durable yet. */
	isWriting(key: string): boolean {
		return this.writing.has(key);
	}

	/** Resolves when all that can be read is durable. */
	async durable(): Promise<void> {
		if (this.here && this.underWay.length > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
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
		if (!this.readOnly) await this.flush().catch(() => undefined);
		if (this.due.length > 0 || this.underWay.length > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
		const { writer } = this;
		if (writer && !this.broken) {
			const gone = new Promise((resolve) => writer.once("exit", resolve));
			writer.ref();
			writer.postMessage("close");
			await gone;
		}
		this.broken ??= new Error("the file is closed");
		if (this.here) {
			this.here.database.exec("PRAGMA synchronous = FULL"); // the last one to close carries the log over
			this.here.database.close();
			closeSync(this.here.log);
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
		if (this.isAlone) {
			this.writeHere(this.underWay);
			return;
		}
		this.writer ??= this.startWriter();
		this.writer.ref();
		this.writer.postMessage(this.parcel(this.underWay));
	}

	private openHere(): Here {
		const database = new DatabaseSync(this.path);
		database.exec(HERE);
		return { database, statements: new Map(), log: openSync(`${this.path}-wal`, "r+"), bytes: 0, isCheckpointing: false };
	}

	/** One transaction on this thread, its fsync in the pool. */
	private writeHere(group: readonly Due[]): void {
		const here = (this.here ??= this.openHere());
		const { database, statements } = here;
		const run = ({ sql, values }: Statement) => {
			let statement = statements.get(sql);
			if (!statement) statements.set(sql, (statement = database.prepare(sql)));
			for (const value of values) if (typeof value === "string") here.bytes += value.length;
			return statement.run(...values);
		};
		const refused: number[] = [];
		let seq = 0;
		try {
			database.exec("BEGIN IMMEDIATE");
			for (const [index, { write, key }] of group.entries()) {
				const { changes, lastInsertRowid } = run(write.first);
				if (changes === 0) {
					refused.push(index);
					continue;
				}
				if (key !== undefined) {
					this.writing.add(key);
					seq = Number(lastInsertRowid);
				}
				for (const statement of write.then) run(statement);
			}
			database.exec("COMMIT");
		} catch (cause) {
			if (database.isTransaction) database.exec("ROLLBACK");
			const failure = cause instanceof Error ? cause.message : String(cause);
			setImmediate(() => {
				this.settle({ failure });
			});
			return;
		}
		fdatasync(here.log, (cause) => {
			this.settle(cause ? { failure: cause.message } : { refused, seq });
			if (cause) this.broken = cause; // what is in the file by now, nobody knows
		});
		here.bytes += 8_192 * group.length;
		if (here.bytes > CHECKPOINT_BYTES && !here.isCheckpointing) this.checkpoint(here);
	}

	private checkpoint(here: Here): void {
		here.isCheckpointing = true;
		here.bytes = 0;
		this.writer ??= this.startWriter();
		this.writer.postMessage("checkpoint");
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
		writer.on("message", (answer: Answer | "checkpointed") => {
			if (answer === "checkpointed") this.here!.isCheckpointing = false;
			else this.settle(answer);
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
		this.writing.clear();
		if ("refused" in answer) {
			// Once those who are answered have said that their documents wait.
			if (answer.seq > 0) setImmediate(() => (this.seq = Math.max(this.seq, answer.seq)));
			const refused = new Set(answer.refused);
			group.forEach(({ resolve }, index) => {
				resolve(!refused.has(index));
			});
			for (const listener of this.afterCommit) listener();
		} else {
			const cause = new Error(`the group was not written: ${answer.failure}`);
			for (const { reject } of group) reject(cause);
		}
		for (const resolve of this.waiting.splice(0)) resolve();
		this.writer?.unref(); // a process with nothing left to write, or to do, may end
		if (this.due.length > 0) this.send();
		else for (const resolve of this.idle.splice(0)) resolve();
	}
}

export const rows = <Row>(statement: StatementSync, ...values: SQLInputValue[]): Row[] => statement.all(...values) as unknown as Row[];
export const row = <Row>(statement: StatementSync, ...values: SQLInputValue[]): Row | undefined =>
	statement.get(...values) as unknown as Row | undefined;
