import type { Commit } from "../port";
import { row, rows, type SqliteDatabase } from "./database";
import type { Statement } from "./group-writer";

export interface CommitRow {
	readonly version: number;
	readonly at: number;
	readonly actor: string;
	readonly correlation: string;
	readonly causation: string;
	readonly trace: string | null;
	readonly events: string;
}

/** A commit of any kind with its sequence number, which orders all commits of the file. */
export interface PlacedRow extends CommitRow {
	readonly seq: number;
	readonly kind: string;
	readonly id: string;
}

const META = "version, at, actor, correlation, causation, trace, events";
const OF = "kind = ? AND id = ?";
const COLUMNS = "seq, kind, id, version, at, actor, correlation, causation, trace, events, public";
const VALUES = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";

const APPEND = `INSERT INTO journal (${COLUMNS}) VALUES (${VALUES}) ON CONFLICT DO NOTHING`;
/** A commit to a removable aggregate requires the previous commit. An actor can thus not continue a removed aggregate from memory. */
const APPEND_AFTER = `INSERT INTO journal (${COLUMNS}) SELECT ${VALUES} WHERE EXISTS (SELECT 1 FROM journal WHERE ${OF} AND version = ?) ON CONFLICT DO NOTHING`;
const UNPUBLISHED = `SELECT 1 FROM journal WHERE ${OF} AND public = 1 AND seq > (SELECT seq FROM relay WHERE name = 'published')`;
const REMOVE = `DELETE FROM journal WHERE ${OF} AND NOT EXISTS (${UNPUBLISHED})`;
const REWRITE = `UPDATE journal SET events = ? WHERE ${OF} AND version = ?`;
const REWRITE_LAST_KNOWN = `${REWRITE} AND NOT EXISTS (SELECT 1 FROM journal WHERE ${OF} AND version > ?)`;
/** Includes the watermarks, so that the number of a removed commit is never assigned again. */
const LAST_SEQ =
	"SELECT max(seq) AS seq FROM (SELECT max(seq) AS seq FROM journal UNION ALL SELECT seq FROM relay UNION ALL SELECT documents FROM kinds)";

/** Metadata of a commit in the form of the store port. */
export const metaOf = ({ at, actor, correlation, causation, trace }: CommitRow): Omit<Commit<never>, "version" | "events"> => ({
	at,
	actor,
	correlationId: correlation,
	causationId: causation,
	...(trace !== null && { traceparent: trace }),
});

/** The journals of all kinds in one table. Sequence numbers are assigned here, in the order in which commits are passed to the file. */
export const openJournal = (file: SqliteDatabase) => {
	let last = row<{ seq: number | null }>(file.prepare(LAST_SEQ))?.seq ?? 0;
	const after = file.prepare(`SELECT ${META} FROM journal WHERE ${OF} AND version > ? ORDER BY version`);
	const version = file.prepare(`SELECT max(version) AS version FROM journal WHERE ${OF}`);
	const ids = file.prepare("SELECT DISTINCT id FROM journal WHERE kind = ? AND id > ? ORDER BY id LIMIT ?");
	// NOT INDEXED scans by sequence number instead of the kind's index, because only few commits are this recent.
	const since = file.prepare("SELECT seq, id FROM journal NOT INDEXED WHERE seq > ? AND kind = ? ORDER BY seq LIMIT ?");
	const unpublished = file.prepare(`SELECT seq, kind, id, ${META} FROM journal WHERE seq > ? AND public = 1 ORDER BY seq LIMIT ?`);

	return {
		nextSeq: (): number => ++last,
		lastSeq: (): number => last,
		/** Commits of one aggregate after a version, oldest first. */
		after: (kind: string, id: string, than: number) => rows<CommitRow>(after, kind, id, than),
		version: (kind: string, id: string): number => row<{ version: number | null }>(version, kind, id)?.version ?? 0,
		/** Ids of a kind after an id, in ascending order. */
		ids: (kind: string, than: string, limit: number) => rows<{ id: string }>(ids, kind, than, limit).map(({ id }) => id),
		/** Commits of a kind after a sequence number. */
		since: (kind: string, seq: number, limit: number) => rows<{ seq: number; id: string }>(since, seq, kind, limit),
		unpublished: (seq: number, limit: number) => rows<PlacedRow>(unpublished, seq, limit),
	};
};

export type Journal = ReturnType<typeof openJournal>;

/** @param continues whether the previous commit must exist */
export const appendStatement = (
	{ seq, kind, id, version, at, actor, correlation, causation, trace, events }: PlacedRow,
	{ isPublic, continues }: { readonly isPublic: boolean; readonly continues: boolean },
): Statement => {
	const values = [seq, kind, id, version, at, actor, correlation, causation, trace, events, isPublic ? 1 : 0];
	return continues ? { sql: APPEND_AFTER, values: [...values, kind, id, version - 1] } : { sql: APPEND, values };
};

/** The removal is refused while the journal holds unpublished commits. */
export const removeStatement = (kind: string, id: string): Statement => ({ sql: REMOVE, values: [kind, id, kind, id] });

/** @param last the rewrite is refused if a commit after this version exists */
export const rewriteStatement = (kind: string, id: string, version: number, events: string, last?: number): Statement =>
	last === undefined
		? { sql: REWRITE, values: [events, kind, id, version] }
		: { sql: REWRITE_LAST_KNOWN, values: [events, kind, id, version, kind, id, last] };
