import { readSettings } from "@config/env";
import { createRedis, type RedisConnection } from "@config/redis";
import type { Log } from "@config/runtime";
import { proxy, type Proxy } from "../../faults/faulty-link";
import { engines } from "./engines";
import { QUIET } from "./world";

/** Opens a connection to the tests' Redis, or to a proxy of it, as a program does. */
export const openRedis = async (namespace: string, { url = engines().redisUrl!, log = QUIET }: { url?: string; log?: Log } = {}) => {
	const redis = createRedis(readSettings({ NODE_ENV: "test", NAMESPACE: namespace, REDIS_URL: url }), log)!;
	await redis.open();
	return redis;
};

/** A faulty link to the tests' Redis. Other tests are not affected. */
export const redisProxy = async (): Promise<Proxy & { readonly url: string }> => {
	const { hostname, port } = new URL(engines().redisUrl!);
	const made = await proxy(Number(port), hostname);
	return { ...made, url: `redis://127.0.0.1:${made.port}` };
};

/** All keys of a namespace, without the prefix. Redis also holds keys of other tests. */
export const keysOf = async ({ client }: RedisConnection, namespace: string): Promise<string[]> => {
	const found: string[] = [];
	for await (const keys of client.scanStream({ match: `${namespace}:*`, count: 1_000 })) found.push(...(keys as string[]));
	return [...new Set(found)].map((key) => key.slice(namespace.length + 1));
};

/** Deletes all keys of one namespace. */
export const empty = async (redis: RedisConnection, namespace: string): Promise<void> => {
	for (const key of await keysOf(redis, namespace)) await redis.client.del(key);
};
