/**
 * The thread that writes: it keeps a slow fsync off the event loop. Plain JavaScript, so that it is loaded the same from the sources and
 * from the build.
 *
 * A group comes as one flat list, which is far cheaper to hand over than the objects it is made of: for each write the number of its
 * statements, then for each statement its number and its values. Texts of statements come once, before they are first used.
 *
 * @typedef {{ declare: { number: number, sql: string, arity: number }[], flat: (string | number | null)[] }} Group
 * @typedef {{ statement: import("node:sqlite").StatementSync, arity: number, isAppend: boolean }} Known
 */
"use strict";
const { parentPort, workerData } = require("node:worker_threads");
const { DatabaseSync } = require("node:sqlite");

const database = new DatabaseSync(workerData.path);
database.exec(workerData.pragmas);

/** @type {Known[]} by their numbers */
const known = [];

/** One transaction, one fsync. Where a write's first statement changes nothing, its others are left out. @returns the places of such writes, and the last commit */
const commit = (/** @type {Group["flat"]} */ flat) => {
	const refused = [];
	let seq = 0;
	database.exec("BEGIN IMMEDIATE");
	try {
		for (let at = 0, write = 0; at < flat.length; write++) {
			const count = flat[at++];
			for (let index = 0, skip = false; index < count; index++) {
				const { statement, arity, isAppend } = known[flat[at++]];
				let changes = 0;
				if (!skip) {
					const result = statement.run(...flat.slice(at, at + arity));
					changes = result.changes;
					if (isAppend && changes > 0) seq = result.lastInsertRowid;
				}
				at += arity;
				if (index > 0 || changes > 0) continue;
				skip = true;
				refused.push(write);
			}
		}
		database.exec("COMMIT");
		return { refused, seq };
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
	if (message === "checkpoint") {
		database.exec("PRAGMA wal_checkpoint(PASSIVE)");
		parentPort.postMessage("checkpointed");
		return;
	}
	try {
		for (const { number, sql, arity } of message.declare)
			known[number] = { statement: database.prepare(sql), arity, isAppend: sql.startsWith("INSERT INTO journal") };
		parentPort.postMessage(commit(message.flat));
	} catch (cause) {
		parentPort.postMessage({ failure: String(cause?.message ?? cause) });
	}
});
