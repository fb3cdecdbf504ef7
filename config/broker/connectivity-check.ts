import { setTimeout as pause } from "node:timers/promises";
import { withTimeout } from "@mixins/async/timeout";
import { redactUrl } from "@mixins/errors/redact-url";
import type { Settings } from "../env";
import { redisOptions } from "./redis-options";

/** An engine that a setting names and that cannot be used. The message is one line for the operator, without what is secret in the address. */
export class UnreachableError extends Error {}

const DEADLINE_MS = 7_000;
const RETRY_MS = 250;

/** A server that is there and refuses us will not think better of it. */
const isFinal = (message: string): boolean =>
	/ACCESS[_-]REFUSED|NOT_ALLOWED|403|530|NOAUTH|WRONGPASS|invalid password|ERR AUTH/i.test(message);

/** A word or two, without what a failed command held. */
export const errorReason = (cause: unknown): string => {
	const { message, code } = cause as { message?: string; code?: string };
	return (message === "" ? code : message) ?? String(cause);
};

const noResponse = (): never => {
	throw new Error("no response");
};

/** Engines and nodes are often started in the same moment: one that is not there yet is waited for. */
const retryUntilDeadline = async (name: string, setting: string, url: string, look: (leftMs: number) => Promise<void>): Promise<void> => {
	const end = performance.now() + DEADLINE_MS;
	for (;;) {
		try {
			const left = Math.max(1, end - performance.now());
			await withTimeout(look(left), left, { onTimeout: noResponse });
			return;
		} catch (cause) {
			const reason = errorReason(cause);
			if (isFinal(reason) || performance.now() + RETRY_MS > end)
				throw new UnreachableError(`${name} cannot be used at ${redactUrl(url)} (${setting}): ${reason}`, { cause });
			await pause(RETRY_MS);
		}
	}
};

const lookAtAmqp = (url: string) => async (leftMs: number) => {
	const { connect } = await import("amqplib");
	const connection = await connect(url, { timeout: leftMs });
	connection.on("error", () => undefined);
	await connection.close();
};

const lookAtRedis = (url: string) => async (leftMs: number) => {
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
 * What the program would otherwise try to reach for ever, without a word.
 *
 * @throws Unreachable within about 7 seconds
 */
export const assertReachable = async ({ amqpUrl, redisUrl }: Pick<Settings, "amqpUrl" | "redisUrl">): Promise<void> => {
	await Promise.all([
		amqpUrl === undefined ? undefined : retryUntilDeadline("RabbitMQ", "AMQP_URL", amqpUrl, lookAtAmqp(amqpUrl)),
		redisUrl === undefined ? undefined : retryUntilDeadline("Redis", "REDIS_URL", redisUrl, lookAtRedis(redisUrl)),
	]);
};
