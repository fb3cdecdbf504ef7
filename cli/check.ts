/** `npm run check`: whether the shop's books are in order. Looks at the data folder; the program may go on running. */
import { readSettings } from "@config/env";
import { booksOf } from "./check/books";
import { checkBooks, INVARIANTS } from "./check/invariants";

const SHOWN = 50;

const main = async (): Promise<void> => {
	const { dataDir } = readSettings();
	const { counted, violations } = checkBooks(await booksOf(dataDir));
	for (const [what, count] of Object.entries(counted)) console.log(`${String(count).padStart(9)}  ${what}`);
	for (const [name, { says }] of Object.entries(INVARIANTS)) {
		const broken = violations.filter(({ invariant }) => invariant === name);
		console.log(`${broken.length === 0 ? "   holds" : "  BROKEN"}  ${name}: ${says}`);
		for (const { subject, what } of broken.slice(0, SHOWN)) console.log(`            ${subject}: ${what}`);
	}
	console.log(violations.length === 0 ? "All invariants hold." : `${violations.length} violations.`);
	process.exitCode = violations.length === 0 ? 0 : 1;
};

main().catch((cause: unknown) => {
	process.stderr.write(`check: ${(cause as Error).message}\n`);
	process.exitCode = 1;
});
