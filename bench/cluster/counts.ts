/** What the engines and the nodes have counted so far. */
import { Redis } from "ioredis";
import { mongo } from "mongoose";
import { readMetrics, sumOf } from "../exposition";

/** Numbers that only grow, by name. */
export type Counts = Readonly<Record<string, number>>;

/** Commands to MongoDB that work on data; what drivers and servers ask each other is left out. */
const DATA_COMMANDS = ["insert", "update", "delete", "bulkWrite", "findAndModify", "find", "getMore", "aggregate", "count", "distinct"];

interface ServerStatus {
	readonly connections: { readonly current: number };
	readonly metrics: { readonly commands: Readonly<Record<string, { readonly total: unknown } | undefined>> };
}

export const commandsIn = ({ metrics }: Pick<ServerStatus, "metrics">): Counts =>
	Object.fromEntries(DATA_COMMANDS.map((name) => [name, Number(metrics.commands[name]?.total ?? 0)]));

/** @param text the answer to INFO commandstats @returns the calls of all commands but INFO itself */
export const redisCallsIn = (text: string): number =>
	[...text.matchAll(/^cmdstat_(\w+)[^:]*:calls=(\d+)/gm)]
		.filter(([, command]) => command !== "info")
		.reduce((sum, [, , calls]) => sum + Number(calls), 0);

/** What is added from one reading to the next. */
export const difference = (before: Counts, after: Counts): Counts =>
	Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));

/** Per unit of work, without what the same time costs idle. */
export const perUnit = (busy: Counts, busyMs: number, idle: Counts, idleMs: number, units: number): Counts =>
	Object.fromEntries(Object.entries(busy).map(([name, count]) => [name, (count - ((idle[name] ?? 0) * busyMs) / idleMs) / units]));

export interface Reading {
	readonly mongo: Counts;
	readonly redis: Counts;
	/** Requests, answers and the like that nodes sent each other, and events that consumers took. Empty where the nodes do not tell. */
	readonly messages: Counts;
	readonly mongoConnections: number;
}

const present = (counts: Readonly<Record<string, number | undefined>>): Counts =>
	Object.fromEntries(Object.entries(counts).filter((entry): entry is [string, number] => entry[1] !== undefined));

export const openCounters = (urls: { readonly mongoUrl: string; readonly redisUrl: string }) => {
	const client = new mongo.MongoClient(urls.mongoUrl);
	const redis = new Redis(urls.redisUrl);
	return {
		/** @param metricsUrls of all nodes */
		async read(metricsUrls: readonly string[]): Promise<Reading> {
			const status = (await client.db("admin").command({ serverStatus: 1 })) as unknown as ServerStatus;
			const told = (await Promise.all(metricsUrls.map(readMetrics))).join("\n");
			return {
				mongo: commandsIn(status),
				redis: { commands: redisCallsIn(await redis.info("commandstats")) },
				messages: present({
					"calls and answers": sumOf(told, "moleculer_transporter_packets_sent_total"),
					"events taken": sumOf(told, "tianguis_consumer_duration_seconds_count"),
				}),
				mongoConnections: status.connections.current,
			};
		},
		async close(): Promise<void> {
			redis.disconnect();
			await client.close();
		},
	};
};
