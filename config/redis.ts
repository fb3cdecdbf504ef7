import type * as IoRedis from "ioredis";
import { serviceError } from "@mixins/errors/service-errors";
import type { SharedRedis } from "@mixins/redis/shared-redis";
import { errorReason } from "./broker/connectivity-check";
import { redisOptions } from "./broker/redis-options";
import type { Settings } from "./env";
import type { Log } from "./runtime";

/** A client has two seconds, and two processes may ask in turn for it. After that, the connection counts as dead, and whoever asks is refused at once. */
const ANSWER_MS = 800;
const MAX_RETRY_MS = 1_000;
const RETRY_AFTER_SECONDS = 1;
/** A Redis that is there and refuses is told of so often. */
const LOG_INTERVAL_MS = 60_000;

export interface RedisConnection extends SharedRedis {
	/** Resolves when it is connected, or could not be at first: it goes on trying. */
	open(): Promise<void>;
	close(): void;
}

/** What ioredis keeps to itself. */
interface Inside {
	socketTimeoutTimer: NodeJS.Timeout | undefined;
}

const connection = (url: string, namespace: string): IoRedis.Redis => {
	// Only here: a shop in one process needs none of it.
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
		// A primary that has become a replica: the name leads to another one by now.
		reconnectOnError: ({ message }) => message.startsWith("READONLY"),
	});
	// The timer of a connection that has ended would end the next one.
	client.on("close", () => {
		const inside = client as unknown as Inside;
		clearTimeout(inside.socketTimeoutTimer);
		inside.socketTimeoutTimer = undefined;
	});
	return client;
};

/** One client for the program where REDIS_URL is set. Trouble is told once, not by each who asks. */
export const createRedis = ({ redisUrl, namespace }: Pick<Settings, "redisUrl" | "namespace">, log: Log): RedisConnection | undefined => {
	if (redisUrl === undefined) return undefined;
	const client = connection(redisUrl, namespace);
	let toldAt: number | undefined;
	let closed = false;

	const tell = (cause: unknown): void => {
		const now = performance.now();
		const isKnown = toldAt !== undefined && (client.status !== "ready" || now - toldAt < LOG_INTERVAL_MS);
		if (isKnown || closed) return;
		toldAt = now;
		log.warn("Redis unavailable: logins are rejected, rate limits apply per process", {
			reason: errorReason(cause),
		});
	};
	client.on("error", tell);
	client.on("ready", () => {
		if (toldAt !== undefined) log.warn("Redis available again");
		toldAt = undefined;
	});

	return {
		client,
		async ask(work) {
			try {
				return await work(client);
			} catch (cause) {
				tell(cause);
				throw serviceError("UNAVAILABLE", { retryAfterSeconds: RETRY_AFTER_SECONDS });
			}
		},
		open: () => client.connect().catch(tell),
		close: () => {
			closed = true;
			client.disconnect();
		},
	};
};
