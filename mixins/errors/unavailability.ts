/** The `type` of errors of a store whose server is unavailable. */
export const STORE_UNAVAILABLE = "STORE_AWAY";

/** The `type` of each error by which Moleculer itself reports that no service completed a call: none available, overload or time-out. */
export const MOLECULER_UNAVAILABLE_TYPES: ReadonlySet<unknown> = new Set([
	"SERVICE_NOT_FOUND",
	"SERVICE_NOT_AVAILABLE",
	"REQUEST_TIMEOUT",
	"REQUEST_SKIPPED",
	"REQUEST_REJECTED",
	"QUEUE_FULL",
	"BAD_GATEWAY",
	"MAX_CALL_LEVEL",
]);

/** Whether an error of this type reports an unavailable service or store. The outcome of the call is then unknown: it may have begun. */
export const isUnavailableType = (type: unknown): type is string => type === STORE_UNAVAILABLE || MOLECULER_UNAVAILABLE_TYPES.has(type);

/** Whether an error reports an unavailable store, thrown by the store itself or received from a call. */
export const isStoreUnavailable = (cause: unknown): boolean => {
	const { type, data } = cause as { readonly type?: unknown; readonly data?: { readonly reason?: unknown } | null };
	return type === STORE_UNAVAILABLE || data?.reason === STORE_UNAVAILABLE;
};
