/**
 * The thread that writes: it keeps a slow fsync off the event loop. Plain JavaScript, so that it is loaded the same from the sources and
 * from the build.
 *
 * A group comes as one flat list, which is far cheaper to hand over than the objects it is made of: for each write the number of its
 * statements, then for each statement its number and its values. Texts of statements come once, before they are first used.
 *
 * @typedef {{ declare: { number: number, sql: string, arity: number }[], flat: (string | number | null)[] }} Group
 * @typedef {{ statement: import("node:sqlite").StatementSync, arity: number }} Known
 */
"use strict";
const { parentPort, workerData } = require("node:worker_threads");
const { DatabaseSync } = require("node:sqlite");

const database = new DatabaseSync(workerData.path);
database.exec(workerData.pragmas);

/** SQLite's result for a disk that failed; the low byte of the extended codes. */
const IOERR = 10;

/** @type {Known[]} by their numbers */
const known = [];

/** One transaction, one fsync. Where a write's first statement changes nothing, its others are left out. @returns {number[]} places of such writes */
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
