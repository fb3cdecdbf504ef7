import { join } from "node:path";
import { importWalkProducts, walkCrashPoints, type CrashWalk } from "./crash-points";
import type { SystemUnderTest, SystemOptions } from "./system-under-test";
import type { Profile } from "./mutations/mutations";
import { emptyHistory } from "./history";

/** The paths of a checkout, each to its end. */
const WAYS: readonly Omit<CrashWalk, "kinds">[] = [
	{ token: "tok_ok", status: 201 },
	{ token: "tok_declined", status: 402 },
];

/** In one process only commits separate crash points. In a cluster calls to other services do too. */
const KINDS: Readonly<Record<Profile, CrashWalk["kinds"]>> = { embedded: ["commit"], cluster: ["commit", "call", "called"] };

/** Walks all crash points of a profile, path by path. @returns whether every checkout ended correctly */
export const walkAllCrashPoints = async (
	profile: Profile,
	open: (options: SystemOptions) => Promise<SystemUnderTest>,
	{ folder, ...options }: SystemOptions,
	say: (line: string) => void,
): Promise<boolean> => {
	const file = join(folder, "crash");
	const market = await open({ ...options, folder, env: { FAULTS_CRASH_FILE: file }, preload: ["crash-point.js"] });
	const notes = emptyHistory();
	let fine = true;
	try {
		const goods = await importWalkProducts(market, notes);
		for (const way of WAYS) {
			say(`crashing a checkout with ${way.token} at each crash point (${profile}):`);
			const mortal = market.nodes.filter(({ services }) => services.length === 0 || services.includes("orders"));
			const { points, findings, slowestMs } = await walkCrashPoints(
				market,
				notes,
				goods,
				file,
				mortal,
				profile === "embedded",
				{ ...way, kinds: KINDS[profile] },
				say,
			);
			for (const { rule, subject, what } of findings) say(`  BROKEN  ${rule}: ${subject}: ${what}`);
			say(`${points.length} points, ${findings.length} violations, at most ${Math.round(slowestMs)} ms until recovered`);
			fine &&= findings.length === 0 && points.length > 0;
			if (!fine) break;
		}
		return fine;
	} finally {
		await market.close(!fine);
	}
};
