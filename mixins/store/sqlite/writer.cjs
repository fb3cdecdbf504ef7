/**
 * The thread that writes: it keeps a slow fsync off the event loop. Plain JavaScript, so that it is loaded the same from the sources and
 * from the build.
 *
 * @typedef {{ sql: string, values: (string | number | null)[] }} Statement
 * @typedef {{ first: Statement, then: Statement[] }} Write where `first` changes nothing, `then` is left out and the answer is false
 */
"use strict";
const { parentPort, workerData } = require("node:worker_threads");
const { DatabaseSync } = require("node:sqlite");

const database = new DatabaseSync(workerData.path);
database.exec(workerData.pragmas);

/** @type {Map<string, import("node:sqlite").StatementSync>} */
const prepared = new Map();
const run = ({ sql, values }) => {
	let statement = prepared.get(sql);
	if (statement === undefined) prepared.set(sql, (statement = database.prepare(sql)));
	return statement.run(...values).changes;
};

/** One transaction, one fsync. @param {Write[]} group @returns {boolean[]} */
const commit = (group) => {
	database.exec("BEGIN IMMEDIATE");
	try {
		const written = group.map(({ first, then }) => {
			if (run(first) === 0) return false;
			then.forEach(run);
			return true;
		});
		database.exec("COMMIT");
		return written;
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
		parentPort.postMessage({ written: commit(message) });
	} catch (cause) {
		parentPort.postMessage({ failure: String(cause?.message ?? cause) });
	}
});
