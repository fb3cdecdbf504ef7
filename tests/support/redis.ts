import { readSettings } from "@config/env";
import { redisFor, type OwnRedis } from "@config/redis";
import type { Log } from "@config/runtime";
import { engines } from "./engines";
import { QUIET } from "./world";

/** A connection to the tests' Redis, or to what leads there, as a program has one. */
export const openRedis = async (namespace: string, { url = engines().redisUrl!, log = QUIET }: { url?: string; log?: Log } = {}) => {
	const redis = redisFor(readSettings({ NODE_ENV: "test", NAMESPACE: namespace, REDIS_URL: url }), log)!;
	await redis.open();
	return redis;
};

/** All keys of a namespace, without it: what is in Redis is of other tests too. */
export const keysOf = async ({ client }: OwnRedis, namespace: string): Promise<string[]> => {
	const found: string[] = [];
	for await (const keys of client.scanStream({ match: `${namespace}:*`, count: 1_000 })) found.push(...(keys as string[]));
	return [...new Set(found)].map((key) => key.slice(namespace.length + 1));
};

/** As if Redis had been emptied, for one namespace. */
export const empty = async (redis: OwnRedis, namespace: string): Promise<void> => {
	for (const key of await keysOf(redis, namespace)) await redis.client.del(key);
};
