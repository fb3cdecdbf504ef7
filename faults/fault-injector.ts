import { setTimeout as pause } from "node:timers/promises";
import type { SystemUnderTest } from "./system-under-test";
import type { Fault } from "./schedule";

/** A fault, and whether it was injected. It is skipped if its target already has a fault. */
export interface InjectedFault extends Fault {
	readonly made: boolean;
}

const make = async (system: SystemUnderTest, { kind, target, forMs, byMs }: Fault): Promise<boolean> => {
	const node = system.nodes.find(({ name }) => name === target);
	const link = system.links.get(target);
	const engine = system.engines.find(({ name }) => name === target);
	switch (kind) {
		case "kill":
		case "term":
			if (node?.state !== "up") return false;
			await node.end(kind === "kill" ? "SIGKILL" : "SIGTERM");
			await pause(forMs);
			await node.start();
			return true;
		case "freeze":
			if (node?.state !== "up") return false;
			node.freeze();
			await pause(forMs);
			node.thaw();
			return true;
		case "cut":
			link?.cut();
			return link !== undefined;
		case "sever":
		case "hang":
		case "delay":
			if (!link) return false;
			if (kind === "delay") link.delay(byMs);
			else link[kind]();
			await pause(forMs);
			link.mend();
			return true;
		case "crash":
			if (!engine) return false;
			await engine.crash();
			await pause(forMs);
			await engine.start();
			return true;
	}
};

/** Injects the scheduled faults, at most one per target at a time. Resolves when all faults are undone and every node is ready. */
export const injectFaults = async (
	system: SystemUnderTest,
	plan: readonly Fault[],
	isOver: () => boolean,
	say: (line: string) => void,
): Promise<InjectedFault[]> => {
	const begun = performance.now();
	const seconds = (): string => ((performance.now() - begun) / 1_000).toFixed(1).padStart(6);
	const busy = new Set<string>();
	const done: InjectedFault[] = [];
	const inFlight: Promise<void>[] = [];
	for (const fault of plan) {
		while (!isOver() && performance.now() < begun + fault.atMs)
			await pause(Math.min(50, Math.max(1, begun + fault.atMs - performance.now())));
		if (isOver()) break;
		const { kind, target, forMs, byMs } = fault;
		if (busy.has(target)) {
			done.push({ ...fault, made: false });
			continue;
		}
		busy.add(target);
		say(`${seconds()} s  ${kind} ${target}${forMs > 0 ? ` for ${forMs} ms` : ""}${byMs > 0 ? `, by ${byMs} ms` : ""}`);
		inFlight.push(
			make(system, fault)
				.catch((cause: unknown) => {
					say(`${seconds()} s  ${kind} ${target} could not be injected: ${(cause as Error).message}`);
					return true;
				})
				.then((made) => {
					done.push({ ...fault, made });
					busy.delete(target);
				}),
		);
	}
	await Promise.all(inFlight);
	while (!isOver()) await pause(50);
	for (const link of system.links.values()) link.mend();
	for (const node of system.nodes) node.thaw();
	for (const node of system.nodes) if (node.state === "down") await node.start();
	return done;
};
