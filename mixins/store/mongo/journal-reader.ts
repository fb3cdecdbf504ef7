import type { mongo } from "mongoose";
import type { AggregateHistory, JournalReader, Kind } from "../port";
import { newerSchemaError, olderSchemaError } from "../migrations";
import { redactUrl } from "../../errors/redact-url";
import { connect, SCAN, type Database } from "./connection";
import { formOf, type DocumentRow } from "./documents";
import type { CommitRecord } from "./journal";
import { commitOf, sinceLastRemoval } from "./state-loader";
import { statusOf, STEPS } from "./migration-runner";

const PAGE = 200;
/** Error code SnapshotTooOld. By default the server keeps a snapshot for five minutes (minSnapshotHistoryWindowInSeconds). */
const SNAPSHOT_TOO_OLD = 239;

interface Journal {
	readonly id: string;
	readonly records: readonly CommitRecord[];
}

async function* journals(cursor: AsyncIterable<CommitRecord>): AsyncIterable<Journal> {
	let records: CommitRecord[] = [];
	for await (const record of cursor) {
		const id = records[0]?._id.id;
		if (id !== undefined && id !== record._id.id) {
			yield { id, records };
			records = [];
		}
		records.push(record);
	}
	const [first] = records;
	if (first) yield { id: first._id.id, records };
}

/** The state from the document and the commits after it, as a running program would load it. */
const stateOf = <State, Event>(
	kind: Kind<State, Event>,
	id: string,
	commits: AggregateHistory<State, Event>["history"],
	row: DocumentRow | undefined,
): State => {
	const usable = row?.form === formOf(kind) && row.version <= (commits.at(-1)?.version ?? 0) ? row : undefined;
	const after = commits.filter(({ version }) => version > (usable?.version ?? 0));
	return after.flatMap(({ events }) => events).reduce(kind.evolve, usable ? (JSON.parse(usable.state) as State) : kind.initial(id));
};

const assertKnown = async (database: Database, url: string): Promise<void> => {
	const { version } = await statusOf(database);
	if (version === 0) throw new Error(`there is no shop at ${redactUrl(url)}`);
	if (version < STEPS.length) throw olderSchemaError("the database", version, STEPS.length);
	if (version > STEPS.length) throw newerSchemaError("the database", version, STEPS.length, "database in MONGO_URL");
};

/**
 * Opens the database for reading while programs may be running. On a replica set all reads see one consistent snapshot.
 *
 * @throws with a sentence for the operator
 */
export const mongoReader = async (url: string): Promise<JournalReader> => {
	const database = await connect(url, "check", { warn: () => undefined });
	try {
		await assertKnown(database, url);
	} catch (cause) {
		await database.close();
		throw cause;
	}
	const session = await database.snapshot();
	const find = <Row extends mongo.Document>(name: string, filter: mongo.Filter<Row>) =>
		session
			? database.collection<Row>(name, "snapshot").find(filter, { session, ...SCAN })
			: database.collection<Row>(name).find(filter, SCAN);

	async function* read<State, Event>(kind: Kind<State, Event>): AsyncIterable<AggregateHistory<State, Event>> {
		let page: Journal[] = [];
		const entries = async (): Promise<AggregateHistory<State, Event>[]> => {
			const some = page.map(({ id, records }) => ({
				id,
				history: sinceLastRemoval(records).map((record) => commitOf(kind, record)),
			}));
			page = [];
			const rows = await find<DocumentRow>(kind.name, { _id: { $in: some.map(({ id }) => id) } }).toArray();
			const byId = new Map(rows.map((row) => [row._id, row]));
			return some.flatMap(({ id, history }) => {
				const last = history.at(-1);
				return last ? { id, version: last.version, state: stateOf(kind, id, history, byId.get(id)), history } : [];
			});
		};
		for await (const each of journals(
			find<CommitRecord>(`${kind.name}_journal`, {})
				.sort({ _id: 1 })
				.batchSize(PAGE * 5),
		))
			if (page.push(each) === PAGE) yield* await entries();
		yield* await entries();
	}

	return {
		isConsistentSnapshot: session !== undefined,
		async *read(kind) {
			try {
				yield* read(kind);
			} catch (cause) {
				if ((cause as { code?: number }).code !== SNAPSHOT_TOO_OLD) throw cause;
				throw new Error("reading took longer than MongoDB keeps a snapshot; raise minSnapshotHistoryWindowInSeconds", {
					cause,
				});
			}
		},
		async close() {
			await session?.endSession();
			await database.close();
		},
	};
};
