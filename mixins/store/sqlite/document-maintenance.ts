import { fingerprint } from "../document-policy";
import type { Kind } from "../port";
import { createTable } from "./documents";
import { row, type SqliteDatabase } from "./database";
import type { Statement } from "./group-writer";
import type { Journal } from "./journal";

const PAGE = 256;

interface KindRow {
	readonly fingerprint: string;
	readonly documents: number;
}

/**
 * Brings the documents of a kind up to date with their journals, before any other write. If the fingerprint is new or has changed, all documents
 * are rebuilt. Otherwise only the documents that the previous process had left unwritten are written. One page of ids is in memory at a time.
 *
 * @param document returns the statement that writes an aggregate's document, built from its journal
 */
export const maintainDocuments = <State, Event>(
	file: SqliteDatabase,
	journal: Journal,
	kind: Kind<State, Event>,
	document: (id: string) => Statement | undefined,
): void => {
	const { name } = kind;
	const wanted = fingerprint(kind);
	const found = row<KindRow>(file.prepare("SELECT fingerprint, documents FROM kinds WHERE kind = ?"), name);
	const write = (id: string): void => {
		const statement = document(id);
		if (statement) file.prepare(statement.sql).run(...statement.values);
	};

	const rebuild = (): void => {
		createTable(file, kind);
		for (let after: string | undefined = ""; after !== undefined;) {
			const ids = journal.ids(name, after, PAGE);
			ids.forEach(write);
			after = ids.at(-1);
		}
		file.prepare("INSERT OR REPLACE INTO kinds (kind, fingerprint, documents) VALUES (?, ?, ?)").run(name, wanted, journal.lastSeq());
	};
	const catchUp = (from: number): void => {
		for (let page = journal.since(name, from, PAGE); page.length > 0; page = journal.since(name, page.at(-1)!.seq, PAGE)) {
			file.transaction(() => {
				for (const id of new Set(page.map(({ id }) => id))) write(id);
				file.prepare("UPDATE kinds SET documents = ? WHERE kind = ?").run(page.at(-1)!.seq, name);
			});
		}
	};

	if (found?.fingerprint !== wanted) file.transaction(rebuild);
	else if (Object.keys(kind.fields).length > 0) catchUp(found.documents);
};
