import { existsSync } from "node:fs";
import { join } from "node:path";

/** The first line that the program prints when it is ready. The lines after it belong to the same write. */
export const READY_LINE = "Tianguis is ready.";

/** The folder of the built program. It is the same for compiled tools and tools that run from the sources. */
export const builtProgram = (): string => {
	const beside = join(__dirname, "..");
	return existsSync(join(beside, "main.js")) ? beside : join(beside, "dist");
};
