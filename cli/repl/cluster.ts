import type { ServiceBroker } from "moleculer";
import type { Program } from "@config/program";
import { Node, type NodeReport } from "@config/node/node.contract";
import { call } from "@kernel/contract";
import { operatorCaller } from "@mixins/service/operator-caller";
import { printLines, requiredArgument, type OperatorCommand } from "./support";

interface Known {
	readonly id: string;
	readonly available: boolean;
	/** Excludes operators' nodes, which host no services. */
	readonly services: readonly string[];
	readonly report: NodeReport | undefined;
}

/** Excludes internal services that every node hosts. */
const isStall = (name: string): boolean => name !== "node" && !name.startsWith("$");

interface Listed {
	readonly id: string;
	readonly available: boolean;
	readonly services?: readonly { readonly name: string }[];
}

/** The nodes in this node's registry. */
const listOf = (broker: ServiceBroker, which: { withServices?: true; onlyAvailable?: true }): readonly Listed[] =>
	broker.registry.getNodeList(which) as unknown as readonly Listed[];

const nodesOf = async (broker: ServiceBroker): Promise<Known[]> => {
	const listed = listOf(broker, { withServices: true });
	return Promise.all(
		listed.map(async ({ id, available, services = [] }) => ({
			id,
			available,
			services: services.map(({ name }) => name).filter(isStall),
			report: available ? await call(operatorCaller(broker, { nodeID: id }), Node.report, {}).catch(() => undefined) : undefined,
		})),
	);
};

const seconds = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${Math.round(ms / 1_000)} s`);

const describe = ({ id, available, services, report }: Known): string[] => {
	if (!available) return [`! ${id}  is disconnected`];
	if (!report) return [`! ${id}  does not respond`, `    ${services.join(" ")}`];
	const { version, runtime, load, memoryMb, uptimeMs, unpublishedMs } = report;
	return [
		`${id}  tianguis ${version}, node ${runtime}  load ${Math.round(load * 100)} %  ${memoryMb} MB  up ${seconds(uptimeMs)}  unpublished ${seconds(unpublishedMs)}`,
		`    ${services.join(" ") || "no services (operator node)"}`,
	];
};

/** Number of nodes that host each service. */
const hosts = (nodes: readonly Known[]): string => {
	const counts = new Map<string, number>();
	for (const { available, services } of nodes) if (available) for (const name of services) counts.set(name, (counts.get(name) ?? 0) + 1);
	return [...counts]
		.sort()
		.map(([name, count]) => `${name} ${count}`)
		.join("  ");
};

const showCluster = async ({ broker }: Program): Promise<string[]> => {
	const nodes = await nodesOf(broker);
	return [...nodes.flatMap(describe), "", `nodes that host each service: ${hosts(nodes)}`];
};

const unpublished = async ({ broker }: Program): Promise<string[]> => {
	const waiting = (await nodesOf(broker))
		.flatMap(({ id, report }) => (report && report.unpublishedMs > 0 ? [{ id, ms: report.unpublishedMs }] : []))
		.sort((a, b) => b.ms - a.ms);
	if (waiting.length === 0) return ["no unpublished commits"];
	return waiting.map(({ id, ms }) => `${id}  oldest unpublished commit: ${seconds(ms)}`);
};

/** Exceeds the time that a node needs to finish its accepted work. */
const GONE_WITHIN_MS = 30_000;
const POLL_INTERVAL_MS = 250;

const drain = async ({ broker }: Program, id: string): Promise<string[]> => {
	const known = (): boolean => listOf(broker, { onlyAvailable: true }).some((node) => node.id === id);
	if (!known()) throw new Error(`there is no node ${id}`);
	await call(operatorCaller(broker, { nodeID: id }), Node.drain, {});
	if (id === broker.nodeID) return [`${id} is this node; it is shutting down`];
	const deadline = performance.now() + GONE_WITHIN_MS;
	while (performance.now() < deadline) {
		if (!known()) return [`${id} has drained and left`];
		await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
	}
	return [`! ${id} is still draining`];
};

export const clusterCommands = (program: () => Program): OperatorCommand[] => [
	{
		command: "cluster",
		description: "cluster: nodes with services, version, load and relay lag",
		action: () => printLines(() => showCluster(program())),
	},
	{
		command: "unpublished",
		description: "unpublished: nodes with unpublished commits, and the age of the oldest",
		action: () => printLines(() => unpublished(program())),
	},
	{
		command: "node <what> [id]",
		description: "node drain ID: completes accepted work and shuts the node down",
		action: (_, { what, id }) =>
			printLines(() => {
				if (what !== "drain") throw new Error("usage: node drain ID");
				return drain(program(), requiredArgument(id, "a node's id"));
			}),
	},
];
