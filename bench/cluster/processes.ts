/** Processor time of all processes of a cluster: nodes by their services, engines by name. */
import { spentMs, threadsOf, type Threads } from "../cpu";
import type { Node } from "./nodes";
import { portsOf } from "../urls";
import { pidListeningOn } from "./ports";

export interface Process {
	readonly name: string;
	readonly isEngine: boolean;
	readonly pid: number;
}

const ENGINES = { MONGO_URL: "MongoDB", AMQP_URL: "RabbitMQ", REDIS_URL: "Redis" } as const;

/** The engines of these URLs that run on this machine. */
export const engineProcesses = (urls: Readonly<Record<string, string>>): Process[] =>
	Object.entries(ENGINES).flatMap(([variable, name]) =>
		portsOf(urls[variable] ?? "").flatMap((port) => {
			const pid = pidListeningOn(port);
			return pid === undefined ? [] : { name, isEngine: true, pid };
		}),
	);

/** Nodes are named after their services, so copies of a node share a name. */
export const nodeProcesses = (nodes: readonly Node[]): Process[] =>
	nodes.map(({ services, program }) => ({ name: services.join("+"), isEngine: false, pid: program.pid }));

/** Processor time in milliseconds by process name. Processes of the same name are summed. */
export type CpuByName = ReadonlyMap<string, number>;

/** Starts a measurement. @returns a function that returns the usage since the start */
export const measureAll = (processes: readonly Process[]): (() => { readonly wallMs: number; readonly cpuMs: CpuByName }) => {
	const before = new Map<Process, Threads | undefined>(processes.map((each) => [each, threadsOf(each.pid)]));
	const begun = performance.now();
	return () => {
		const cpuMs = new Map<string, number>();
		for (const each of processes) {
			const spent = spentMs(before.get(each), threadsOf(each.pid));
			if (spent !== undefined) cpuMs.set(each.name, (cpuMs.get(each.name) ?? 0) + spent);
		}
		return { wallMs: performance.now() - begun, cpuMs };
	};
};

export const sumOfCpu = (cpuMs: CpuByName): number | undefined =>
	cpuMs.size === 0 ? undefined : [...cpuMs.values()].reduce((sum, each) => sum + each, 0);
