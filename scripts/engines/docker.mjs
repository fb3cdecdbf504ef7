/** The engines as containers, where a Docker engine answers. The same ports, settings and addresses as the programs have. */
import { spawnSync } from "node:child_process";
import { at, execute } from "../project.mjs";
import { portsFrom } from "./ports.mjs";

const FILE = at("docker", "compose.engines.yml");
const UP_WITHIN_S = "300";

const answers = (...args) => spawnSync("docker", args, { stdio: "ignore", timeout: 10_000 }).status === 0;

export const hasDocker = () => answers("info") && answers("compose", "version");

/** Two working copies have different ports, so their containers have different names. */
const compose = ({ base, members }, command, options) => {
	const ports = portsFrom(base);
	const numbered = (name, list) => list.map((port, index) => [`ENGINES_${name}_PORT_${index + 1}`, String(port)]);
	const env = {
		...process.env,
		ENGINES_REDIS_PORT: String(ports.redis),
		...Object.fromEntries([...numbered("AMQP", ports.rabbitmq), ...numbered("MONGO", ports.mongodb)]),
		ENGINES_RABBITMQ: members === 1 ? "single" : "ha",
	};
	const profiles = members === 1 ? [] : ["--profile", "ha"];
	return execute("docker", ["compose", "-p", `tianguis-engines-${base}`, "-f", FILE, ...profiles, ...command], { env, ...options });
};

/** @throws if a container does not start; Docker has printed the reason */
export const composeUp = async (state) => {
	if ((await compose(state, ["up", "-d", "--wait", "--wait-timeout", UP_WITHIN_S, "--quiet-pull"])) === 0) return;
	await compose(state, ["logs", "--tail", "20"]);
	throw new Error("the engines' containers did not come up");
};

/** Removes containers, networks and volumes. */
export const composeDown = (state) => compose({ ...state, members: 3 }, ["down", "--volumes", "--remove-orphans", "--timeout", "1"]);
