import type { Errors } from "moleculer";
import { isErrorCode } from "@kernel/errors";
import { serviceError } from "@mixins/errors/service-errors";
import { isUnavailableType } from "@mixins/errors/unavailability";

/** Properties of an error of a local or remote call. */
export interface CallError extends Error {
	type?: unknown;
	retryable?: boolean;
	nodeID?: string;
	data?: unknown;
	/** Context of the last call on this node that the error passed. */
	ctx?: unknown;
}

const RETRY_AFTER_SECONDS = 1;

/** Creates an UNAVAILABLE error with internal details: the action that was not reached, and Moleculer's error type as the reason. */
export const unavailable = (action: string, reason: string, retryable: boolean, cause?: Error): Errors.MoleculerError => {
	const made = serviceError("UNAVAILABLE", { retryAfterSeconds: RETRY_AFTER_SECONDS, action, reason });
	made.retryable = retryable;
	if (cause) made.cause = cause;
	return made;
};

/**
 * Converts Moleculer's unavailability errors (404 for an open circuit or an absent service, 429, 502, 504, 514) to UNAVAILABLE. All other errors are
 * rethrown unchanged.
 */
export const asUnavailable = (cause: CallError, { actionName, action }: { actionName?: string; action?: { name?: string } }): never => {
	if (!isUnavailableType(cause.type)) throw cause;
	const { action: failed } = (cause.data ?? {}) as { action?: unknown };
	const name = typeof failed === "string" ? failed : (action?.name ?? actionName ?? "");
	throw unavailable(name, cause.type, cause.retryable === true, cause);
};

/** Reasons that are not a fault of the endpoint: it is at capacity, or the caller's time or call depth was exhausted. */
const NOT_FAULTS: ReadonlySet<unknown> = new Set(["QUEUE_FULL", "REQUEST_SKIPPED", "MAX_CALL_LEVEL"]);

/**
 * Whether an error is a fault of the called endpoint: it timed out, could not be reached, or failed with an unexpected error. These are not faults:
 * rejections, errors of payment providers, and UNAVAILABLE for one entity (a full mailbox, a payment with an unknown outcome). Faults of endpoints that
 * were called further downstream are counted there.
 */
export const isEndpointFault = (cause: CallError, action: string, call: { readonly nodeID: string | null }): boolean => {
	const { type, data, nodeID, ctx } = cause;
	if (type === "UNAVAILABLE" || isUnavailableType(type)) {
		const { action: failed = action, reason = isUnavailableType(type) ? type : undefined } = (data ?? {}) as {
			action?: string;
			reason?: string;
		};
		return reason !== undefined && failed === action && !NOT_FAULTS.has(reason);
	}
	if (isErrorCode(type) && type !== "INTERNAL") return false;
	const elsewhere = (ctx !== undefined && ctx !== call) || (nodeID !== undefined && nodeID !== call.nodeID);
	return !elsewhere;
};
