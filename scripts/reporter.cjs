const { writeFileSync } = require("node:fs");

/** Leaves the counts of a run for scripts/test.mjs, which prints them after Jest's output. A suite that cannot run counts as a failure. */
module.exports = class {
	onRunComplete(_, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests, numTodoTests }) {
		const path = process.env.TEST_COUNTS;
		if (path === undefined) return;
		writeFileSync(
			path,
			`${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed, ${numPendingTests + numTodoTests} skipped`,
		);
	}
};
