/** The `type` of what a store throws whose server is away. */
export const STORE_UNAVAILABLE = "STORE_AWAY";

/**
 * What Moleculer says where nobody could do it just now (nobody there, too much to do, or no answer in time), and what a store says that cannot be
 * asked. Whether it was begun is not known.
 */
const UNREACHABLE: ReadonlySet<unknown> = new Set([
	STORE_UNAVAILABLE,
	"SERVICE_NOT_FOUND",
	"SERVICE_NOT_AVAILABLE",
	"REQUEST_TIMEOUT",
	"REQUEST_SKIPPED",
	"REQUEST_REJECTED",
	"QUEUE_FULL",
	"BAD_GATEWAY",
	"MAX_CALL_LEVEL",
]);

export const isUnavailableType = (type: unknown): type is string => UNREACHABLE.has(type);

/** What a store throws whose server is out of reach, told to a caller or not. */
export const isStoreUnavailable = (cause: unknown): boolean => {
	const { type, data } = cause as { readonly type?: unknown; readonly data?: { readonly reason?: unknown } | null };
	return type === STORE_UNAVAILABLE || data?.reason === STORE_UNAVAILABLE;
};
