/** Processor time of all processes of a cluster: its nodes by what they host, its engines by name. */
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

/** Copies of a node have the name of what they host. */
export const nodeProcesses = (nodes: readonly Node[]): Process[] =>
	nodes.map(({ services, program }) => ({ name: services.join("+"), isEngine: false, pid: program.pid }));

/** Milliseconds on a core, by the names of processes; those of one name are added up. */
export type CpuByName = ReadonlyMap<string, number>;

/** Begins a measurement. @returns a function that gives what each has used since */
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
