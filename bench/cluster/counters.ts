/** Reads the counters of the engines and the nodes. */
import { Redis } from "ioredis";
import { mongo } from "mongoose";
import { readMetrics, sumOf } from "../exposition";
import { commandsIn, redisCallsIn, type Counts, type ServerStatus } from "./counts";

export interface Reading {
	readonly mongo: Counts;
	readonly redis: Counts;
	/** Packets sent between nodes, and events that consumers processed. Empty if the nodes do not report them. */
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
