import mongoose, { Schema, type Connection, type ConnectOptions, type mongo } from "mongoose";
import MongooseAdapter from "moleculer-db-adapter-mongoose";
import { redactUrl } from "../../errors/redact-url";
import type { FailedMigration } from "../migrations";

/** What an operator may want to know of a connection; what is secret never goes in. */
export interface ConnectionLog {
	warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What the shop keeps of itself in its database, beside the journals. */
export interface Meta {
	readonly _id: string;
	readonly version: number;
	readonly applied?: readonly { readonly version: number; readonly name: string; readonly at: number }[];
	readonly failed?: FailedMigration;
}

/** Unknown fields of a filter are refused: left out, as the adapter sets it for all of mongoose, they would make it match everything. */
const metaSchema = new Schema<Meta>(
	{ _id: String, version: Number, applied: Schema.Types.Mixed, failed: Schema.Types.Mixed },
	{ strictQuery: "throw", versionKey: false },
);
const DEFAULT_DATABASE = "tianguis";

/** Whatever the URL says: an answer rests on a majority and on their disks, and nothing is read that may still be rolled back. */
const DURABLE = {
	readPreference: "primary",
	readConcern: { level: "majority" },
	writeConcern: { w: "majority", journal: true },
} as const;

/**
 * For documents, which are views of durable journals: the primary's memory is enough. A failover may take back the last of them, and they are made again.
 * Reads must be "local" too: a majority read does not see the write of a moment ago.
 */
const VIEW = {
	readPreference: "primary",
	readConcern: { level: "local" },
	writeConcern: { w: 1, journal: false },
} as const;

/** Of consistent reads within one session, see `Database.snapshot`. */
const SNAPSHOT = { ...DURABLE, readConcern: { level: "snapshot" } } as const;

const CONCERNS = { durable: DURABLE, view: VIEW, snapshot: SNAPSHOT } as const;
export type Concern = keyof typeof CONCERNS;

/**
 * Each operation ends by then, with its retries and the wait for a majority. Without it the driver waits for ever for a socket that is gone at the
 * moment of writing to it, and with that operation all that wait for their turn behind it.
 */
const OPERATION_MS = 6_000;
/** Of reading a collection from end to end: for each part of it. */
export const SCAN = { timeoutMode: "iteration", timeoutMS: 60_000 } as const;
/** Of making an index over what is there. */
export const INDEXING = { timeoutMS: 600_000 } as const;

const optionsFor = (url: string, service: string): ConnectOptions => ({
	...DURABLE,
	...(/^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(url) ? {} : { dbName: DEFAULT_DATABASE }),
	appName: `tianguis-${service}`,
	timeoutMS: OPERATION_MS,
	serverSelectionTimeoutMS: 5_000,
	connectTimeoutMS: 5_000,
	// With the two connections of the driver's monitor, six a process. What waits for a connection gathers into larger groups meanwhile.
	maxPoolSize: 4,
	maxIdleTimeMS: 60_000,
	retryWrites: true,
	autoIndex: false,
	autoCreate: false,
	bufferCommands: false,
});

/** For the operator. */
export const connectionError = (url: string, cause: unknown): Error =>
	new Error(`MongoDB cannot be used at ${redactUrl(url)} (MONGO_URL): ${(cause as Error).message}`, { cause });

/**
 * moleculer-db's mongoose adapter with a connection of its own. As it comes, all services share mongoose's default connection: to destroy one
 * closes it for all, and a failed first connect leaks another. Its actions and its writes are not used: journals are written by the
 * collections beneath.
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

/** Collections of a database that may not be connected yet: kinds are declared before. */
export interface CollectionSource {
	/** @param concern default "durable" */
	collection<Row extends mongo.Document>(name: string, concern?: Concern): () => mongo.Collection<Row>;
	/** The server's, in epoch ms: one clock for all nodes. */
	now(): Promise<number>;
}

export interface Database {
	readonly adapter: Pick<OwnConnectionAdapter, "findById" | "insert" | "removeMany">;
	/** @param concern default "durable" */
	collection<Row extends mongo.Document>(name: string, concern?: Concern): mongo.Collection<Row>;
	/** For reads that all see one moment; undefined where the server is of no replica set. */
	snapshot(): Promise<mongo.ClientSession | undefined>;
	/** The server's, in epoch ms: one clock for all nodes. */
	now(): Promise<number>;
	close(): Promise<void>;
}

/** @throws with a sentence for the operator where the server cannot be reached */
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
