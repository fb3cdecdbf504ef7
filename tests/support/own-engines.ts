import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { builtProgram } from "../../cli/built-program";
import type { EngineName } from "../../faults/engines";
import type { Asked, EngineMessage } from "../../faults/engines-process";
import type { EngineUrls } from "./cluster";

/** Engines for one spec, which may kill them. A restarted engine keeps its data, except Redis. */
export interface OwnEngines {
	readonly urls: EngineUrls;
	crash(engine: EngineName): Promise<void>;
	start(engine: EngineName): Promise<void>;
	stop(): Promise<void>;
}

/** @throws if an engine is not available; check with `describeWith` first */
export const ownEngines = async (): Promise<OwnEngines> => {
	const child = fork(join(builtProgram(), "faults", "engines-process.js"), {
		stdio: ["ignore", "ignore", "inherit", "ipc"],
		execArgv: [],
	});
	const gone = once(child, "exit");
	const told = async (): Promise<EngineMessage> => {
		const [said] = (await Promise.race([once(child, "message"), gone])) as [EngineMessage | number | null];
		if (typeof said !== "object" || said === null) throw new Error(`the engines' keeper ended with ${said}`);
		if (said.problem !== undefined) throw new Error(said.problem);
		return said;
	};
	const { redis, rabbitmq, mongodb } = (await told()).urls!;
	const ask = async (asked: Asked): Promise<void> => {
		const answer = told();
		child.send(asked);
		await answer;
	};
	return {
		urls: { redisUrl: redis, amqpUrl: rabbitmq, mongoUrl: mongodb },
		crash: (engine) => ask({ engine, what: "crash" }),
		start: (engine) => ask({ engine, what: "start" }),
		async stop() {
			child.disconnect();
			await gone;
		},
	};
};
