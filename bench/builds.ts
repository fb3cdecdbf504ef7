/** The compared builds: this one and, with --against, another. Both run at the same time on the same core. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidOptionError } from "./options";
import { OWN_FOLDER } from "./shop";

export interface Build {
	readonly name: string;
	/** The working copy that holds dist/. */
	readonly folder: string;
}

/** @throws InvalidOptionError if the other working copy is not built or has no packages */
export const buildsOf = (against: string | undefined): readonly Build[] => {
	const own = { name: "this", folder: OWN_FOLDER };
	if (against === undefined) return [own];
	for (const [what, command] of [
		[join("dist", "main.js"), "npm run build"],
		["node_modules", "npm ci"],
	] as const) {
		if (!existsSync(join(against, what)))
			throw new InvalidOptionError(`--against: ${against} has no ${what}; run ${command} there first`);
	}
	return [own, { name: "other", folder: against }];
};
