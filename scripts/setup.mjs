/** Installs and compiles a fresh or changed clone. Takes a few milliseconds if it is up to date. */
import { build, mustBuild } from "./compile.mjs";
import { install, mustInstall } from "./install.mjs";
import { alone } from "./lock.mjs";
import { findNode } from "./find-node.mjs";

/**
 * @param {{ rebuild?: boolean }} options rebuild: compile everything, even if it is up to date
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
