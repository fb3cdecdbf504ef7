/** Brings a fresh clone, or one that was changed, to where the program can be started. Costs a few milliseconds when nothing is to be done. */
import { build, mustBuild } from "./compile.mjs";
import { install, mustInstall } from "./install.mjs";
import { alone } from "./lock.mjs";
import { findNode } from "./find-node.mjs";

/**
 * @param {{ rebuild?: boolean }} options rebuild: compile all, whatever is there
 * @returns the path of a Node that can run the program
 * @throws Stop
 */
export const setUp = async ({ rebuild = false } = {}) => {
	if (rebuild || mustInstall() || mustBuild()) {
		await alone(async () => {
			if (mustInstall()) await install();
			if (rebuild || mustBuild()) await build(findNode(), { fromScratch: rebuild });
		});
	}
	return findNode();
};
