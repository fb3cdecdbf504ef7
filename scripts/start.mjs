/** `npm start [-- services]`: installs and builds where needed, then runs the server. */
import { launchServer } from "./launch.mjs";
import { at, run } from "./project.mjs";
import { setUp } from "./setup.mjs";

await run(async () => launchServer(await setUp(), at("dist", "main.js"), process.argv.slice(2)));
