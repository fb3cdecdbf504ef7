/**
 * The writer thread keeps slow fsyncs off the event loop. It is plain JavaScript, so that the sources and the build load the same file.
 *
 * A group arrives as one flat list, which is far cheaper to transfer than nested objects. For each write, the list holds the number of its
 * statements, then for each statement its number and its values. The SQL of a statement is sent once, before its first use.
 *
 * @typedef {{ declare: { number: number, sql: string, arity: number }[], flat: (string | number | null)[] }} Group
 * @typedef {{ statement: import("node:sqlite").StatementSync, arity: number }} Known
 */
"use strict";
const { parentPort, workerData } = require("node:worker_threads");
const { DatabaseSync } = require("node:sqlite");

const database = new DatabaseSync(workerData.path);
database.exec(workerData.pragmas);

/** SQLITE_IOERR, the result code of a disk failure. Extended result codes hold it in their low byte. */
const IOERR = 10;

/** @type {Known[]} prepared statements by number */
const known = [];

/**
 * Writes a group in one transaction with one fsync. If the first statement of a write changes nothing, its other statements are skipped.
 *
 * @returns {number[]} indexes of the refused writes: those whose first statement changed nothing
 */
const commit = (/** @type {Group["flat"]} */ flat) => {
	const refused = [];
	database.exec("BEGIN IMMEDIATE");
	try {
		for (let at = 0, write = 0; at < flat.length; write++) {
			const count = flat[at++];
			for (let index = 0, skip = false; index < count; index++) {
				const { statement, arity } = known[flat[at++]];
				const changes = skip ? 0 : statement.run(...flat.slice(at, at + arity)).changes;
				at += arity;
				if (index > 0 || changes > 0) continue;
				skip = true;
				refused.push(write);
			}
		}
		database.exec("COMMIT");
		return refused;
	} catch (cause) {
		if (database.isTransaction) database.exec("ROLLBACK");
		throw cause;
	}
};

parentPort.on("message", (message) => {
	if (message === "close") {
		database.close();
		parentPort.close();
		return;
	}
	try {
		for (const { number, sql, arity } of message.declare) known[number] = { statement: database.prepare(sql), arity };
		parentPort.postMessage({ refused: commit(message.flat) });
	} catch (cause) {
		parentPort.postMessage({ failure: String(cause?.message ?? cause), isFatal: (cause?.errcode & 0xff) === IOERR });
	}
});
