/** Derives the rows of a layout from the measurements of its orders and its idle time. */
import { median, present, ratio } from "../numbers";
import { perUnit, type Counts } from "./counts";
import type { Finding } from "./findings";
import type { Measured, Span } from "./orders";
import { sumOfCpu, type CpuByName, type Process } from "./processes";

/** Name of a layout in its rows, and the target shown beside them. */
export interface Title {
	readonly layout: string;
	readonly target: string;
}

const sumOf = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

const costOf = ({ layout, target }: Title, { rounds }: Measured): Finding[] => {
	const replyMs = median(present(rounds.map((round) => round.replyMs)));
	const perOrder = (of: (cpuMs: CpuByName) => number | undefined): number[] =>
		present(rounds.map(({ cpuMs, done }) => ratio(of(cpuMs), done)));
	const names = [...new Set(rounds.flatMap(({ cpuMs }) => [...cpuMs.keys()]))];
	const what = `${layout}: an order until its answer`;
	const perSecond = median(rounds.map((round) => round.perSecond));
	return [
		{ name: `${what}, all nodes and engines`, unit: "CPU ms", target, values: perOrder(sumOfCpu), replyMs, perSecond },
		...names.map((name) => ({ name: `${what}, ${name}`, unit: "CPU ms", values: perOrder((cpuMs) => cpuMs.get(name)), replyMs })),
	];
};

const ordersOf = ({ rounds }: Measured): number => rounds.reduce((sum, { done }) => sum + done, 0);

const costWithMails = ({ layout }: Title, measured: Measured): Finding => {
	const { busy, idle, rounds } = measured;
	const [all, resting] = [sumOfCpu(busy.cpuMs), sumOfCpu(idle.cpuMs)];
	const net = all === undefined || resting === undefined ? [] : [(all - (resting * busy.wallMs) / idle.wallMs) / ordersOf(measured)];
	const replyMs = median(present(rounds.map((round) => round.replyMs)));
	return { name: `${layout}: an order with its mails, idle time taken off`, unit: "CPU ms", values: net, replyMs };
};

const SHOWN_FROM = 0.05;

const commandsOf = ({ layout }: Title, measured: Measured): Finding[] => {
	const { busy, idle } = measured;
	const net = (of: (span: Span) => Counts): Counts => perUnit(of(busy), busy.wallMs, of(idle), idle.wallMs, ordersOf(measured));
	const mongo = net(({ counts }) => counts.mongo);
	const finding = (name: string, value: number, target = ""): Finding => ({
		name: `${layout}: ${name}`,
		unit: "an order",
		values: [value],
		target,
	});
	return [
		finding("commands to MongoDB, idle polls taken off", sumOf(mongo), "<= 20"),
		...Object.entries(mongo)
			.filter(([, value]) => value >= SHOWN_FROM)
			.map(([name, value]) => finding(`commands to MongoDB: ${name}`, value)),
		...Object.entries(net(({ counts }) => counts.redis)).map(([, value]) => finding("commands to Redis", value)),
		...Object.entries(net(({ counts }) => counts.messages)).map(([name, value]) => finding(`over RabbitMQ: ${name}`, value)),
	];
};

const shareOfCore = (cpuMs: number | undefined, wallMs: number): number[] => (cpuMs === undefined ? [] : [(100 * cpuMs) / wallMs]);

const idleOf = ({ layout }: Title, { idle }: Measured, processes: readonly Process[], connectionsBefore: number): Finding[] => {
	const { cpuMs, wallMs, counts, after } = idle;
	const engines = new Set(processes.filter(({ isEngine }) => isEngine).map(({ name }) => name));
	const nodes = new Map([...cpuMs].filter(([name]) => !engines.has(name)));
	const perSecond = (count: number | undefined): number[] => (count === undefined ? [] : [(1_000 * count) / wallMs]);
	const what = `${layout}, idle:`;
	return [
		{ name: `${what} all nodes and engines`, unit: "% of a core", target: "<= 6", values: shareOfCore(sumOfCpu(cpuMs), wallMs) },
		{ name: `${what} nodes`, unit: "% of a core", values: shareOfCore(sumOfCpu(nodes), wallMs) },
		...[...engines].map((name) => ({
			name: `${what} ${name}`,
			unit: "% of a core",
			values: shareOfCore(cpuMs.get(name), wallMs),
		})),
		{ name: `${what} finds at MongoDB`, unit: "/s", target: "<= 6", values: perSecond(counts.mongo["find"]) },
		{ name: `${what} all commands on data at MongoDB`, unit: "/s", values: perSecond(sumOf(counts.mongo)) },
		{ name: `${what} commands at Redis`, unit: "/s", values: perSecond(sumOf(counts.redis)) },
		{ name: `${what} connections to MongoDB`, unit: "", target: "<= 60", values: [after.mongoConnections - connectionsBefore] },
	];
};

export const orderFindings = (title: Title, measured: Measured, processes: readonly Process[], connectionsBefore: number): Finding[] => [
	...costOf(title, measured),
	costWithMails(title, measured),
	...commandsOf(title, measured),
	...idleOf(title, measured, processes, connectionsBefore),
];
