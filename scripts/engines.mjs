/**
 * `npm run engines -- up|down|status`: Redis, RabbitMQ and MongoDB for a cluster on this machine, on ports of their own, their data in .engines/.
 * A shell can evaluate the output of `up`: eval "$(npm run -s engines -- up)".
 *
 * --ha       three nodes of RabbitMQ and a replica set of three
 * --install  installs what is missing; so does CI=true
 */
import { parseArgs } from "node:util";
import { hold } from "./engines/keeper.mjs";
import { shared, sweep } from "./engines/instance.mjs";
import { bringUp, ENGINES, healthOf, nodesOf, urlOf } from "./engines/lifecycle.mjs";
import { mongod } from "./engines/programs.mjs";
import { install, mustInstall } from "./install.mjs";
import { alone } from "./lock.mjs";
import { run, Stop } from "./project.mjs";

const USAGE = "npm run engines -- up [--ha] [--install] | down | status";

/** @returns whether all engines are available */
const tell = async (state) => {
	const looked = await healthOf(state);
	for (const { engine, version, trouble } of looked) {
		console.log(`# ${engine.name} ${version === undefined ? `is DOWN: ${trouble}` : `${version} is up`}${nodesOf(engine, state)}`);
		if (version !== undefined) console.log(`export ${engine.variable}='${urlOf(engine, state)}'`);
	}
	return looked.length === ENGINES.length && looked.every(({ version }) => version !== undefined);
};

const up = async ({ ha, install: asked }) => {
	await sweep();
	const instance = shared();
	const before = instance.state();
	const members = ha ? 3 : (before?.members ?? 1);
	if (before && before.members !== members) throw new Stop("The engines run as single nodes; stop them first (npm run engines -- down)");
	const problems = await bringUp(instance, { engines: ENGINES, members, mayInstall: asked || process.env.CI === "true" });
	for (const problem of problems.values()) console.error(problem);
	const well = await tell(instance.state());
	return well && problems.size === 0 ? 0 : 1;
};

const down = async () => {
	await sweep();
	await shared().remove();
	return 0;
};

const status = async () => {
	const state = shared().state();
	if (state === undefined) throw new Stop("The engines are not running (npm run engines -- up)");
	return (await tell(state)) ? 0 : 1;
};

await run(async () => {
	const { positionals, values } = parseArgs({
		allowPositionals: true,
		options: { ha: { type: "boolean", default: false }, install: { type: "boolean", default: false } },
	});
	const [command, ...rest] = positionals;
	if (rest.length > 0) throw new Stop(USAGE);
	if (command !== "mongod" && mustInstall()) await alone(async () => mustInstall() && install());
	switch (command) {
		case "up":
			return alone(() => up(values), "engines");
		case "down":
			return alone(down, "engines");
		case "status":
			return status();
		case "mongod":
			// For specs that kill their own servers.
			console.log(mongod() ?? "");
			return 0;
		case "hold":
			return hold();
		default:
			throw new Stop(USAGE);
	}
});
