/**
 * The keeper of a test run's engines: prints their addresses on standard output, and removes them when its standard input ends. That happens
 * too when the test runner is killed, so no process is left.
 */
import { alone } from "../lock.mjs";
import { keeper, ofOwn, shared, sweep } from "./instance.mjs";
import { bringUp, ENGINES, healthOf, urlOf } from "./lifecycle.mjs";
import { mongod } from "./programs.mjs";

const given = ({ variable }) => process.env[`TEST_${variable}`] || undefined;

/** Running engines are used; missing ones are started for this run. */
const gather = async (own) => {
	const urls = new Map();
	for (const engine of ENGINES) if (given(engine)) urls.set(engine.variable, given(engine));
	const state = shared().state();
	for (const { engine, version } of await healthOf(state)) {
		if (version !== undefined && !urls.has(engine.variable)) urls.set(engine.variable, urlOf(engine, state));
	}
	const engines = ENGINES.filter(({ variable }) => !urls.has(variable));
	if (engines.length === 0) return { urls, problems: [] };
	const problems = await bringUp(own, { engines, members: 1, mayInstall: process.env.CI === "true", keeper: keeper() });
	for (const engine of engines) if (!problems.has(engine.name)) urls.set(engine.variable, urlOf(engine, own.state()));
	return { urls, problems: [...problems.values()] };
};

export const hold = async () => {
	const own = ofOwn();
	let over = false;
	const end = async (code) => {
		if (over) return;
		over = true;
		await own.remove();
		process.exit(code);
	};
	process.stdin.resume().once("close", () => void end(0));
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void end(0));
	try {
		await alone(sweep, "engines");
		const { urls, problems } = await gather(own);
		if (over) return 0;
		console.log(JSON.stringify({ urls: Object.fromEntries(urls), problems, mongod: mongod() }));
		await new Promise(() => undefined);
	} catch (cause) {
		if (over) return 0;
		console.error(cause.message);
		await end(1);
	}
	return 1;
};
