import type * as IoRedis from "ioredis";
import { serviceError } from "@mixins/errors/service-errors";
import type { SharedRedis } from "@mixins/redis/shared-redis";
import { errorReason } from "./broker/connectivity-check";
import { redisOptions } from "./broker/redis-options";
import type { Settings } from "./env";
import type { Log } from "./runtime";

/**
 * Response timeout. A client waits two seconds at most, and two processes may query Redis in turn for one request. After a timeout the connection counts
 * as lost, and further commands fail at once.
 */
const ANSWER_MS = 800;
const MAX_RETRY_MS = 1_000;
const RETRY_AFTER_SECONDS = 1;
/** Minimum interval between warnings while Redis is connected but rejects commands. */
const LOG_INTERVAL_MS = 60_000;

export interface RedisConnection extends SharedRedis {
	/** Resolves when the first connection attempt has succeeded or failed. After a failure it keeps reconnecting. */
	open(): Promise<void>;
	close(): void;
}

/** Private field of the ioredis client. */
interface ClientInternals {
	socketTimeoutTimer: NodeJS.Timeout | undefined;
}

const connection = (url: string, namespace: string): IoRedis.Redis => {
	// Loaded on demand: the embedded profile does not need it.
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	const { Redis } = require("ioredis") as typeof IoRedis;
	const client = new Redis({
		...redisOptions(url),
		lazyConnect: true,
		keyPrefix: `${namespace}:`,
		enableOfflineQueue: false,
		maxRetriesPerRequest: 0,
		commandTimeout: ANSWER_MS,
		socketTimeout: ANSWER_MS,
		retryStrategy: (times) => Math.min(times * 100, MAX_RETRY_MS),
		// The server has become a replica; after a reconnection the host name leads to the new primary.
		reconnectOnError: ({ message }) => message.startsWith("READONLY"),
	});
	// ioredis does not clear this timer, so it would close the next connection.
	client.on("close", () => {
		const internals = client as unknown as ClientInternals;
		clearTimeout(internals.socketTimeoutTimer);
		internals.socketTimeoutTimer = undefined;
	});
	return client;
};

/** Creates the shared client of the process; undefined without REDIS_URL. An outage is logged once, not once per command. */
export const createRedis = ({ redisUrl, namespace }: Pick<Settings, "redisUrl" | "namespace">, log: Log): RedisConnection | undefined => {
	if (redisUrl === undefined) return undefined;
	const client = connection(redisUrl, namespace);
	let warnedAt: number | undefined;
	let closed = false;

	const warn = (cause: unknown): void => {
		const now = performance.now();
		const isKnown = warnedAt !== undefined && (client.status !== "ready" || now - warnedAt < LOG_INTERVAL_MS);
		if (isKnown || closed) return;
		warnedAt = now;
		log.warn("Redis unavailable: logins are rejected, rate limits apply per process", {
			reason: errorReason(cause),
		});
	};
	client.on("error", warn);
	client.on("ready", () => {
		if (warnedAt !== undefined) log.warn("Redis available again");
		warnedAt = undefined;
	});

	return {
		client,
		async ask(work) {
			try {
				return await work(client);
			} catch (cause) {
				warn(cause);
				throw serviceError("UNAVAILABLE", { retryAfterSeconds: RETRY_AFTER_SECONDS });
			}
		},
		open: () => client.connect().catch(warn),
		close: () => {
			closed = true;
			client.disconnect();
		},
	};
};
