/** Starts engines, checks them, and reports their addresses. */
import { setTimeout as pause } from "node:timers/promises";
import { textOf } from "../project.mjs";
import { composeUp, hasDocker } from "./docker.mjs";
import { install } from "./install.mjs";
import { mongodb } from "./mongodb.mjs";
import { claimPorts, portsFrom } from "./ports.mjs";
import { rabbitmq } from "./rabbitmq.mjs";
import { redis } from "./redis.mjs";

export const ENGINES = [redis, rabbitmq, mongodb];

const READY_WITHIN_MS = 120_000;
const POLL_MS = 100;
const TAIL_LINES = 20;

const whereOf = ({ base, members }) => ({ ports: portsFrom(base), members });

export const urlOf = (engine, state) => engine.url(whereOf(state));

/** Addresses of the individual nodes of a cluster. */
export const nodesOf = (engine, state) => (state.members > 1 && engine.urls ? `: ${engine.urls(whereOf(state)).join(" ")}` : "");

const tail = (path) => (textOf(path) ?? "").trimEnd().split("\n").slice(-TAIL_LINES).join("\n");

/** Polls until the engine responds. Fails at once if the program has ended. */
const readiness = (instance) => async (program, attempt) => {
	const deadline = performance.now() + READY_WITHIN_MS;
	for (;;) {
		const alive = instance.state()?.by === "docker" || instance.isRunning(program);
		try {
			return await attempt();
		} catch (cause) {
			const why = !alive
				? "the process exited"
				: performance.now() > deadline
					? `not ready within ${READY_WITHIN_MS / 1_000} s`
					: undefined;
			if (why === undefined) await pause(POLL_MS);
			else throw new Error(`${program}: ${why} (${cause.message})\n${tail(instance.log(program))}`);
		}
	}
};

const start = async (engine, instance) => {
	const state = instance.state();
	const where = { ...whereOf(state), program: state.engines[engine.name] };
	const ready = readiness(instance);
	if (state.by === "programs") await engine.start(instance, where, ready);
	await ready(engine.programs(where).at(-1), () => engine.look(where));
};

const WHERE = {
	redis: "redis-server on the PATH",
	rabbitmq: "rabbitmq-server on the PATH",
	mongodb: "mongod on the PATH or in MONGOD_BINARY",
};

const lacks = ({ name }) => `${name}: no ${WHERE[name]}, and no Docker engine with compose (npm run engines -- up --install gets it)`;

const isMissing = (engine) => engine.program() === undefined;

/** Names of engines with their programs; containers need none. */
const programsOf = (engines) => Object.fromEntries(engines.map((engine) => [engine.name, engine.program()]));

/**
 * Starts engines that are not running. Engines of an existing instance are restarted with the same program and data.
 *
 * @param {{ engines: object[], members: 1 | 3, mayInstall: boolean, keeper?: object, by?: "docker" | "programs" }} wanted by what, where it matters
 * @returns a line for each missing engine, by its name
 */
export const bringUp = async (instance, { engines, members, mayInstall, keeper, by: wantedBy }) => {
	const before = instance.state();
	const known = before?.engines ?? {};
	const by = before?.by ?? wantedBy ?? (hasDocker() ? "docker" : "programs");
	const lacking = () => (by === "docker" ? [] : engines.filter((engine) => !known[engine.name] && isMissing(engine)));
	if (mayInstall && lacking().length > 0) await install(lacking());
	const missing = lacking();
	const problems = new Map(missing.map((engine) => [engine.name, lacks(engine)]));
	const there = engines.filter((engine) => !missing.includes(engine));
	if (there.length === 0) return problems;
	const claimed = before ? undefined : await claimPorts();
	try {
		const programs =
			by === "docker" ? Object.fromEntries(there.map(({ name }) => [name, "docker"])) : { ...programsOf(there), ...known };
		if (before) instance.write({ ...before, engines: programs });
		else instance.create({ base: claimed.base, members, by, keeper, engines: programs });
		if (by === "docker") await composeUp(instance.state());
		await Promise.all(
			there.map((engine) =>
				start(engine, instance).catch((cause) => problems.set(engine.name, `${engine.name}: did not start. ${cause.message}`)),
			),
		);
	} finally {
		await claimed?.release();
	}
	return problems;
};

/** Each engine of an instance, with its version or its failure. */
export const healthOf = async (state) => {
	const known = ENGINES.filter(({ name }) => state && name in state.engines);
	return Promise.all(
		known.map((engine) =>
			engine.look(whereOf(state)).then(
				(version) => ({ engine, version }),
				(cause) => ({ engine, trouble: cause.message || String(cause) }),
			),
		),
	);
};
