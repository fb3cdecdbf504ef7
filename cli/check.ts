/**
 * `npm run check`: checks the invariants of the stored data, in the data folder or the MongoDB of MONGO_URL. The program may go on running: what one part
 * has not heard of yet is looked at once more.
 */
import { setTimeout } from "node:timers/promises";
import { readSettings } from "@config/env";
import { readSnapshot } from "./check/snapshot";
import { checkWithRetry, INVARIANTS } from "./check/invariants";

const MAX_SHOWN = 50;
const SETTLES_WITHIN_MS = 3_000;

const main = async (): Promise<void> => {
	const settings = readSettings();
	const { counted, violations, skipped } = await checkWithRetry(
		() => readSnapshot(settings),
		() => setTimeout(SETTLES_WITHIN_MS),
	);
	for (const [what, count] of Object.entries(counted)) console.log(`${String(count).padStart(9)}  ${what}`);
	for (const [name, { description }] of Object.entries(INVARIANTS)) {
		const broken = violations.filter(({ invariant }) => invariant === name);
		const word = broken.length > 0 ? "BROKEN" : skipped.includes(name) ? "skipped" : "ok";
		console.log(`${word.padStart(9)}  ${name}: ${description}`);
		for (const { subject, what } of broken.slice(0, MAX_SHOWN)) console.log(`            ${subject}: ${what}`);
	}
	if (skipped.length > 0) console.log("Skipped invariants need a consistent snapshot, which MongoDB provides on a replica set only.");
	console.log(
		violations.length > 0
			? `${violations.length} violations.`
			: skipped.length > 0
				? "All checked invariants hold."
				: "All invariants hold.",
	);
	process.exitCode = violations.length === 0 ? 0 : 1;
};

main().catch((cause: unknown) => {
	process.stderr.write(`check: ${(cause as Error).message}\n`);
	process.exitCode = 1;
});
