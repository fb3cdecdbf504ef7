import { runOutsideScope } from "../observability/scope";

/** The end of an operation's time. */
export interface TimeLimit {
	/** By performance.now(). */
	readonly dueMs: number;
	readonly onExpired: () => void;
	/** Its place among all; -1 when it has ended. */
	place: number;
}

/** Upper bound of how late a limit takes effect, in ms, where the event loop is not held. */
const RESOLUTION_MS = 20;

/** An array, not a Set: tables that a Set has outgrown would keep ended operations from being collected while they are young. */
const limits: TimeLimit[] = [];
let timer: NodeJS.Timeout | undefined;

/** Ends a limit; nothing happens where it has ended. */
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
		if (limit.place < 0) continue; // ended by what another did
		clearTimeLimit(limit);
		limit.onExpired();
	}
	if (limits.length > 0) return;
	clearInterval(timer);
	timer = undefined;
};

/**
 * Limits the time of an operation. All operations of the process share one timer, which runs only while some are under way: a timer for each call and
 * each request would cost more than the limits are worth.
 *
 * @param ms from now on
 * @param onExpired runs outside of any scope, unless `clearTimeLimit` comes first. Must not throw.
 */
export const startTimeLimit = (ms: number, onExpired: () => void): TimeLimit => {
	const limit = { dueMs: performance.now() + ms, onExpired, place: limits.length };
	limits.push(limit);
	timer ??= runOutsideScope(() => setInterval(check, RESOLUTION_MS));
	return limit;
};
