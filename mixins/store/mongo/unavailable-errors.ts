import { mongo } from "mongoose";
import { STORE_UNAVAILABLE } from "../../errors/unavailability";

const KINDS = [
	mongo.MongoNetworkError,
	mongo.MongoServerSelectionError,
	mongo.MongoNotConnectedError,
	mongo.MongoTopologyClosedError,
	mongo.MongoOperationTimeoutError,
	mongo.MongoWriteConcernError,
] as const;
/** Its class is not told: no connection became free in time. */
const NO_CONNECTION = "MongoWaitQueueTimeoutError";
/** Of a server that is no primary, stops, or could not ask its majority: the names are MongoDB's. */
const CODES: ReadonlySet<unknown> = new Set([
	6, // HostUnreachable
	7, // HostNotFound
	64, // WriteConcernFailed
	89, // NetworkTimeout
	91, // ShutdownInProgress
	189, // PrimarySteppedDown
	9001, // SocketException
	10107, // NotWritablePrimary
	11600, // InterruptedAtShutdown
	11602, // InterruptedDueToReplStateChange
	13435, // NotPrimaryNoSecondaryOk
	13436, // NotPrimaryOrSecondary
]);

/** No server can be asked just now, or there is no primary: it says nothing of what was asked for. */
export const isUnavailable = (cause: unknown): boolean =>
	KINDS.some((kind) => cause instanceof kind) ||
	(cause instanceof mongo.MongoServerError && CODES.has(cause.code)) ||
	(cause instanceof mongo.MongoBulkWriteError && [cause.writeErrors].flat().length === 0) ||
	(cause as { readonly name?: unknown }).name === NO_CONNECTION;

/** An error that tells whoever asked to come again. Whether a write was made is not known. */
export const markUnavailable = <E extends Error>(cause: E): E => Object.assign(cause, { type: STORE_UNAVAILABLE });

/** The same function, whose errors say by their `type` that the server is away, where it is. */
export const withUnavailableErrors =
	<Args extends readonly unknown[], T>(run: (...args: Args) => Promise<T>) =>
	async (...args: Args): Promise<T> => {
		try {
			return await run(...args);
		} catch (cause) {
			throw isUnavailable(cause) ? markUnavailable(cause as Error) : cause;
		}
	};
