/** What Moleculer says where nobody could do it just now: nobody there, too much to do, or no answer in time. Whether it was begun is not known. */
const UNREACHABLE: ReadonlySet<unknown> = new Set([
	"SERVICE_NOT_FOUND",
	"SERVICE_NOT_AVAILABLE",
	"REQUEST_TIMEOUT",
	"REQUEST_SKIPPED",
	"REQUEST_REJECTED",
	"QUEUE_FULL",
	"BAD_GATEWAY",
	"MAX_CALL_LEVEL",
]);

export const isUnreachable = (type: unknown): type is string => UNREACHABLE.has(type);
