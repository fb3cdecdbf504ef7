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
/** No connection became free in time. The driver does not export the class of this error. */
const NO_CONNECTION = "MongoWaitQueueTimeoutError";
/** Errors of a server that is not the primary, shuts down, or could not reach a majority. The names are MongoDB's. */
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

/** Whether the error means that no server, or no primary, is reachable. Such an error says nothing about the operation itself. */
export const isUnavailable = (cause: unknown): boolean =>
	KINDS.some((kind) => cause instanceof kind) ||
	(cause instanceof mongo.MongoServerError && CODES.has(cause.code)) ||
	(cause instanceof mongo.MongoBulkWriteError && [cause.writeErrors].flat().length === 0) ||
	(cause as { readonly name?: unknown }).name === NO_CONNECTION;

/** Marks an error as unavailability, so that the caller may retry. The outcome of a write is unknown. */
export const markUnavailable = <E extends Error>(cause: E): E => Object.assign(cause, { type: STORE_UNAVAILABLE });

/** Wraps a function, so that errors of an unavailable server carry the `type` of unavailability. */
export const withUnavailableErrors =
	<Args extends readonly unknown[], T>(run: (...args: Args) => Promise<T>) =>
	async (...args: Args): Promise<T> => {
		try {
			return await run(...args);
		} catch (cause) {
			throw isUnavailable(cause) ? markUnavailable(cause as Error) : cause;
		}
	};
