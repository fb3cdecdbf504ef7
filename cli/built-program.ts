import { existsSync } from "node:fs";
import { join } from "node:path";

/** The folder of the built program. It is the same for compiled tools and tools that run from the sources. */
export const builtProgram = (): string => {
	const beside = join(__dirname, "..");
	return existsSync(join(beside, "main.js")) ? beside : join(beside, "dist");
};
