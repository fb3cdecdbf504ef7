/** `npm run import -- FILE` and similar commands: installs and builds where needed, then runs a tool. */
import { existsSync } from "node:fs";
import { launchTool } from "./launch.mjs";
import { at, run, Stop } from "./project.mjs";
import { setUp } from "./setup.mjs";

await run(async () => {
	const [name = "", ...args] = process.argv.slice(2);
	const node = await setUp();
	const entry = ["bench", "faults"].includes(name) ? at("dist", name, "main.js") : at("dist", "cli", `${name}.js`);
	if (!existsSync(entry)) throw new Stop(`Unknown tool: ${JSON.stringify(name)}`);
	return launchTool(node, entry, args);
});
