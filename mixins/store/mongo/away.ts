import { mongo } from "mongoose";
import { failure } from "../../failure";

const RETRY_AFTER_SECONDS = 1;

/** Of a server that is no primary (any more), is shutting down, or could not get its majority in time. */
const CODES: ReadonlySet<unknown> = new Set([6, 7, 64, 89, 91, 189, 262, 9_001, 10_107, 11_600, 11_602, 13_435, 13_436]);

const KINDS = [
	mongo.MongoNetworkError, // a pool that was cleared is one, too
	mongo.MongoServerSelectionError,
	mongo.MongoNotConnectedError,
	mongo.MongoTopologyClosedError,
] as const;
/** Its class is not told: no connection became free in time. */
const NO_CONNECTION = "MongoWaitQueueTimeoutError";

/** Whether it says that the server is out of reach for now, and nothing of what was asked of it. */
export const isAway = (cause: unknown): boolean =>
	KINDS.some((kind) => cause instanceof kind) ||
	(cause instanceof mongo.MongoServerError && CODES.has(cause.code)) ||
	(cause as { readonly name?: unknown }).name === NO_CONNECTION;

/** UNAVAILABLE: to be asked again. Why is for our eyes only. */
export const away = (cause: unknown): Error => Object.assign(failure("UNAVAILABLE", { retryAfterSeconds: RETRY_AFTER_SECONDS }), { cause });

/** What throws because the server is out of reach throws UNAVAILABLE. */
export const orAway =
	<Args extends readonly unknown[], Result>(ask: (...args: Args) => Promise<Result>): ((...args: Args) => Promise<Result>) =>
	(...args) =>
		ask(...args).catch((cause: unknown) => {
			throw isAway(cause) ? away(cause) : cause;
		});
