import { runOutsideScope } from "../observability/scope";

/** Time limit of an operation. */
export interface TimeLimit {
	/** Deadline by performance.now(). */
	readonly dueMs: number;
	readonly onExpired: () => void;
	/** Index in `limits`; -1 after the limit has ended. */
	place: number;
}

/** Upper bound in ms of the delay of a limit while the event loop is not blocked. */
const RESOLUTION_MS = 20;

/** An array instead of a Set: old tables of a growing Set would keep ended operations from early garbage collection. */
const limits: TimeLimit[] = [];
let timer: NodeJS.Timeout | undefined;

/** Ends a limit. Does nothing if it has ended already. */
export const clearTimeLimit = (limit: TimeLimit): void => {
	if (limit.place < 0) return;
	const last = limits.pop()!;
	if (last !== limit) {
		limits[limit.place] = last;
		last.place = limit.place;
	}
	limit.place = -1;
};

const check = (): void => {
	const now = performance.now();
	for (const limit of limits.filter(({ dueMs }) => dueMs <= now)) {
		if (limit.place < 0) continue; // ended by the callback of another limit
		clearTimeLimit(limit);
		limit.onExpired();
	}
	if (limits.length > 0) return;
	clearInterval(timer);
	timer = undefined;
};

/**
 * Limits the time of an operation. All operations of the process share one timer, which runs only while there are limits, because a timer per call and
 * request is expensive.
 *
 * @param ms from now on
 * @param onExpired called outside any scope, unless `clearTimeLimit` is called first. Must not throw.
 */
export const startTimeLimit = (ms: number, onExpired: () => void): TimeLimit => {
	const limit = { dueMs: performance.now() + ms, onExpired, place: limits.length };
	limits.push(limit);
	timer ??= runOutsideScope(() => setInterval(check, RESOLUTION_MS));
	return limit;
};
