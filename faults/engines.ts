import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { builtProgram } from "../cli/built-program";
import type { Engine } from "./system-under-test";

export type EngineName = "redis" | "rabbitmq" | "mongodb";

export interface RunningEngine extends Engine {
	readonly name: EngineName;
	readonly url: string;
}

interface Identity {
	readonly pid: number;
	readonly began: string;
}

interface State {
	readonly processes: readonly (Identity & { readonly program: string })[];
}

interface Instance {
	state(): State | undefined;
	remove(): Promise<void>;
}

/** The modules of scripts/engines/, shared with `npm run engines` and `npm test`. */
interface Scripts {
	readonly ENGINES: readonly { readonly name: EngineName; readonly variable: string }[];
	readonly bringUp: (instance: Instance, wanted: object) => Promise<ReadonlyMap<string, string>>;
	readonly urlOf: (engine: object, state: State) => string;
	readonly ofOwn: () => Instance;
	readonly keeper: () => Identity;
	readonly kill: (identity: Identity) => Promise<void>;
}

const scripts = async (): Promise<Scripts> => {
	const load = async (name: string): Promise<object> =>
		(await import(pathToFileURL(join(builtProgram(), "..", "scripts", "engines", `${name}.mjs`)).href)) as object;
	const [lifecycle, instance, processes] = await Promise.all([load("lifecycle"), load("instance"), load("processes")]);
	return { ...lifecycle, ...instance, ...processes } as Scripts;
};

/** An engine is missing on this machine. The message is for the operator of the campaign. */
export class EnginesMissingError extends Error {}

/**
 * Redis, RabbitMQ and MongoDB for this campaign only. They can be killed and restarted on the same data. They end with this process.
 *
 * @throws EnginesMissingError
 */
export const startEngines = async (): Promise<{ engines: readonly RunningEngine[]; stop: () => Promise<void> }> => {
	const { ENGINES, bringUp, urlOf, ofOwn, keeper, kill } = await scripts();
	const own = ofOwn();
	// A killed container loses its data, which is in memory.
	const wanted = { members: 1, mayInstall: process.env["CI"] === "true", keeper: keeper(), by: "programs" };
	const up = async (engines: Scripts["ENGINES"]): Promise<void> => {
		const problems = await bringUp(own, { ...wanted, engines });
		if (problems.size > 0) throw new EnginesMissingError([...problems.values()].join("\n"));
	};
	try {
		await up(ENGINES);
	} catch (cause) {
		await own.remove();
		throw cause;
	}
	const engines = ENGINES.map((engine): RunningEngine => ({
		name: engine.name,
		url: urlOf(engine, own.state()!),
		async crash() {
			const its = own.state()!.processes.filter(({ program: name }) => name.startsWith(engine.name));
			await Promise.all(its.map(kill));
		},
		start: () => up([engine]),
	}));
	return { engines, stop: () => own.remove() };
};
