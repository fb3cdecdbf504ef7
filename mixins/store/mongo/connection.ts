import mongoose, { Schema, type Connection, type ConnectOptions, type mongo } from "mongoose";
import MongooseAdapter from "moleculer-db-adapter-mongoose";
import { redactUrl } from "../../errors/redact-url";
import type { FailedMigration } from "../migrations";

/** Log of connection events for operators. Its fields never contain secrets. */
export interface ConnectionLog {
	warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Metadata of the database, such as its schema version. */
export interface Meta {
	readonly _id: string;
	readonly version: number;
	readonly applied?: readonly { readonly version: number; readonly name: string; readonly at: number }[];
	readonly failed?: FailedMigration;
}

/** Filters with unknown fields are rejected. The adapter's mongoose-wide default drops such fields, so that the filter would match everything. */
const metaSchema = new Schema<Meta>(
	{ _id: String, version: Number, applied: Schema.Types.Mixed, failed: Schema.Types.Mixed },
	{ strictQuery: "throw", versionKey: false },
);
const DEFAULT_DATABASE = "tianguis";

/** Overrides the URL: writes are confirmed from the disks of a majority, and reads never return data that may be rolled back. */
const DURABLE = {
	readPreference: "primary",
	readConcern: { level: "majority" },
	writeConcern: { w: "majority", journal: true },
} as const;

/**
 * For documents, which are derived from durable journals: the primary's memory is enough. A failover may roll back recent documents, which are
 * then rebuilt. Reads must be "local" as well, because a majority read may miss the latest write.
 */
const VIEW = {
	readPreference: "primary",
	readConcern: { level: "local" },
	writeConcern: { w: 1, journal: false },
} as const;

/** For consistent reads within one session, see `Database.snapshot`. */
const SNAPSHOT = { ...DURABLE, readConcern: { level: "snapshot" } } as const;

const CONCERNS = { durable: DURABLE, view: VIEW, snapshot: SNAPSHOT } as const;
export type Concern = keyof typeof CONCERNS;

/**
 * Time limit of an operation, including its retries and the wait for a majority. Without a limit the driver waits forever for a socket that
 * closes during a write. All operations queued behind that one would wait as well.
 */
const OPERATION_MS = 6_000;
/** Time limit per batch when a whole collection is read. */
export const SCAN = { timeoutMode: "iteration", timeoutMS: 60_000 } as const;
/** Time limit for creating an index over existing data. */
export const INDEXING = { timeoutMS: 600_000 } as const;

const optionsFor = (url: string, service: string): ConnectOptions => ({
	...DURABLE,
	...(/^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(url) ? {} : { dbName: DEFAULT_DATABASE }),
	appName: `tianguis-${service}`,
	timeoutMS: OPERATION_MS,
	serverSelectionTimeoutMS: 5_000,
	connectTimeoutMS: 5_000,
	// Six per process, including the two connections of the driver's monitor. Writes that wait for a connection gather into larger batches.
	maxPoolSize: 4,
	maxIdleTimeMS: 60_000,
	retryWrites: true,
	autoIndex: false,
	autoCreate: false,
	bufferCommands: false,
});

/** Error whose message tells the operator which server cannot be used, and why. */
export const connectionError = (url: string, cause: unknown): Error =>
	new Error(`MongoDB cannot be used at ${redactUrl(url)} (MONGO_URL): ${(cause as Error).message}`, { cause });

/**
 * moleculer-db's mongoose adapter with a separate connection. By default all services share mongoose's default connection. Destroying it
 * closes it for all of them, and a failed first connect leaks a connection. The adapter serves metadata only; journals and documents use the
 * driver's collections directly.
 */
class OwnConnectionAdapter extends MongooseAdapter<mongoose.Document & Meta> {
	declare conn: Connection;

	override async connect(): Promise<void> {
		const connection = mongoose.createConnection(this.uri, this.opts);
		try {
			await connection.asPromise();
		} catch (cause) {
			await connection.destroy().catch(() => undefined); // the cause of the failed connection is thrown
			throw cause;
		}
		this.conn = connection;
		this.db = connection.db!;
		this.model = connection.model<mongoose.Document & Meta>(this.modelName!, this.schema, this.modelName);
	}
}

/** Collections of a database that may not be connected yet, because kinds are declared before the store opens. */
export interface CollectionSource {
	/** @param concern default "durable" */
	collection<Row extends mongo.Document>(name: string, concern?: Concern): () => mongo.Collection<Row>;
	/** The server's time in epoch ms, which all nodes share. */
	now(): Promise<number>;
}

export interface Database {
	readonly adapter: Pick<OwnConnectionAdapter, "findById" | "insert" | "removeMany">;
	/** @param concern default "durable" */
	collection<Row extends mongo.Document>(name: string, concern?: Concern): mongo.Collection<Row>;
	/** Session whose reads share one consistent snapshot; undefined if the server is not part of a replica set. */
	snapshot(): Promise<mongo.ClientSession | undefined>;
	/** The server's time in epoch ms, which all nodes share. */
	now(): Promise<number>;
	close(): Promise<void>;
}

/** @throws with a sentence for the operator if the server cannot be reached */
export const connect = async (url: string, service: string, log: ConnectionLog): Promise<Database> => {
	const adapter = new OwnConnectionAdapter(url, optionsFor(url, service));
	const schema = { schema: metaSchema, modelName: "meta" };
	adapter.init(...([undefined, { schema, settings: {} }] as unknown as Parameters<typeof adapter.init>));
	try {
		await adapter.connect();
	} catch (cause) {
		throw connectionError(url, cause);
	}
	let closing = false;
	adapter.conn.on("disconnected", () => {
		if (!closing) log.warn("MongoDB disconnected", { service });
	});
	adapter.conn.on("error", (cause: unknown) => {
		log.warn("MongoDB connection error", { service, err: cause });
	});
	const db = adapter.conn.db!;
	const collections = new Map<string, mongo.Collection<never>>();
	return {
		adapter,
		collection: <Row extends mongo.Document>(name: string, concern: Concern = "durable") => {
			const key = `${concern} ${name}`;
			const known = collections.get(key) ?? (db.collection(name, CONCERNS[concern]) as unknown as mongo.Collection<never>);
			collections.set(key, known);
			return known as unknown as mongo.Collection<Row>;
		},
		async snapshot() {
			const { setName } = (await db.command({ hello: 1 })) as { setName?: string };
			return setName === undefined ? undefined : adapter.conn.getClient().startSession({ snapshot: true });
		},
		now: async () => ((await db.command({ hello: 1 })) as { localTime: Date }).localTime.getTime(),
		close: async () => {
			closing = true;
			await adapter.disconnect();
		},
	};
};
