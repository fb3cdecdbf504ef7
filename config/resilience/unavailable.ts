import type { Errors } from "moleculer";
import { isErrorCode } from "@kernel/errors";
import { serviceError } from "@mixins/errors/service-errors";
import { isUnavailableType } from "@mixins/errors/unavailability";

/** What is known of an error that went through here or over the wire. */
export interface CallError extends Error {
	type?: unknown;
	retryable?: boolean;
	nodeID?: string;
	data?: unknown;
	/** Of the call that it came out of last, on this node. */
	ctx?: unknown;
}

const RETRY_AFTER_SECONDS = 1;

/** UNAVAILABLE, with what only we may know: which action could not be reached, and how Moleculer calls that. */
export const unavailable = (action: string, reason: string, retryable: boolean, cause?: Error): Errors.MoleculerError => {
	const made = serviceError("UNAVAILABLE", { retryAfterSeconds: RETRY_AFTER_SECONDS, action, reason });
	made.retryable = retryable;
	if (cause) made.cause = cause;
	return made;
};

/**
 * Moleculer's own ways to say that nobody could do it (404 for an open breaker or an absent service, 429, 502, 504, 514) become the one code that
 * callers and clients know. Everything else is thrown as it is.
 */
export const asUnavailable = (cause: CallError, { actionName, action }: { actionName?: string; action?: { name?: string } }): never => {
	if (!isUnavailableType(cause.type)) throw cause;
	const { action: failed } = (cause.data ?? {}) as { action?: unknown };
	const name = typeof failed === "string" ? failed : (action?.name ?? actionName ?? "");
	throw unavailable(name, cause.type, cause.retryable === true, cause);
};

/** Says nothing of whoever answers so: it has enough to do, or the caller's time was up before. */
const HEALTHY: ReadonlySet<unknown> = new Set(["QUEUE_FULL", "REQUEST_SKIPPED", "MAX_CALL_LEVEL"]);

/**
 * Whether an error shows that the called endpoint itself is ill: it did not answer in time or could not be reached, or something happened that
 * nobody foresaw. No refusal shows that, nor does a provider that failed; nor UNAVAILABLE that a handler says of one thing (a mailbox that is
 * full, a payment whose outcome is unknown). What went wrong at another, further on, counts there.
 */
export const isEndpointFault = (cause: CallError, action: string, call: { readonly nodeID: string | null }): boolean => {
	const { type, data, nodeID, ctx } = cause;
	if (type === "UNAVAILABLE" || isUnavailableType(type)) {
		const { action: failed = action, reason = isUnavailableType(type) ? type : undefined } = (data ?? {}) as {
			action?: string;
			reason?: string;
		};
		return reason !== undefined && failed === action && !HEALTHY.has(reason);
	}
	if (isErrorCode(type) && type !== "INTERNAL") return false;
	const elsewhere = (ctx !== undefined && ctx !== call) || (nodeID !== undefined && nodeID !== call.nodeID);
	return !elsewhere;
};
