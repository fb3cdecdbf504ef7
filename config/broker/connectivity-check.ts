import { setTimeout as pause } from "node:timers/promises";
import { withTimeout } from "@mixins/async/timeout";
import { redactUrl } from "@mixins/errors/redact-url";
import type { Settings } from "../env";
import { redisOptions } from "./redis-options";

/** A configured engine cannot be used. The message is one line for the operator and contains no credentials. */
export class UnreachableError extends Error {}

const DEADLINE_MS = 7_000;
const RETRY_MS = 250;

/** Whether the server rejected the credentials or permissions, so that a retry is pointless. */
const isFinal = (message: string): boolean =>
	/ACCESS[_-]REFUSED|NOT_ALLOWED|403|530|NOAUTH|WRONGPASS|invalid password|ERR AUTH/i.test(message);

/** The message or code of an error, without the arguments of a failed command. */
export const errorReason = (cause: unknown): string => {
	const { message, code } = cause as { message?: string; code?: string };
	return (message === "" ? code : message) ?? String(cause);
};

const noResponse = (): never => {
	throw new Error("no response");
};

/** Retries until the deadline, because engines and nodes are often started at the same time. */
const retryUntilDeadline = async (name: string, setting: string, url: string, check: (leftMs: number) => Promise<void>): Promise<void> => {
	const end = performance.now() + DEADLINE_MS;
	for (;;) {
		try {
			const left = Math.max(1, end - performance.now());
			await withTimeout(check(left), left, { onTimeout: noResponse });
			return;
		} catch (cause) {
			const reason = errorReason(cause);
			if (isFinal(reason) || performance.now() + RETRY_MS > end)
				throw new UnreachableError(`${name} cannot be used at ${redactUrl(url)} (${setting}): ${reason}`, { cause });
			await pause(RETRY_MS);
		}
	}
};

const checkAmqp = (url: string) => async (leftMs: number) => {
	const { connect } = await import("amqplib");
	const connection = await connect(url, { timeout: leftMs });
	connection.on("error", () => undefined);
	await connection.close();
};

const checkRedis = (url: string) => async (leftMs: number) => {
	const { Redis } = await import("ioredis");
	const client = new Redis({
		...redisOptions(url),
		lazyConnect: true,
		connectTimeout: leftMs,
		maxRetriesPerRequest: 0,
		retryStrategy: () => null,
	});
	let last: unknown;
	client.on("error", (cause: unknown) => (last = cause));
	try {
		await client.connect();
		await client.ping();
	} catch (cause) {
		throw last ?? cause;
	} finally {
		client.disconnect();
	}
};

/**
 * Checks the configured engines at start. Otherwise the program would retry the connection forever without a message.
 *
 * @throws UnreachableError after at most about 7 seconds
 */
export const assertReachable = async ({ amqpUrl, redisUrl }: Pick<Settings, "amqpUrl" | "redisUrl">): Promise<void> => {
	await Promise.all([
		amqpUrl === undefined ? undefined : retryUntilDeadline("RabbitMQ", "AMQP_URL", amqpUrl, checkAmqp(amqpUrl)),
		redisUrl === undefined ? undefined : retryUntilDeadline("Redis", "REDIS_URL", redisUrl, checkRedis(redisUrl)),
	]);
};
