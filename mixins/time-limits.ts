import { outside } from "./scope";

/** The end of an operation's time. */
export interface TimeLimit {
	/** By performance.now(). */
	readonly dueMs: number;
	readonly onExpired: () => void;
}

/** Upper bound of how late a limit takes effect, in ms. */
const RESOLUTION_MS = 20;

const limits = new Set<TimeLimit>();
let timer: NodeJS.Timeout | undefined;

const check = (): void => {
	const now = performance.now();
	for (const limit of limits) {
		if (limit.dueMs > now) continue;
		limits.delete(limit);
		limit.onExpired();
	}
	if (limits.size > 0) return;
	clearInterval(timer);
	timer = undefined;
};

/**
 * Limits the time of an operation. All operations of the process share one timer, which runs only while some are under way: a timer for each call and
 * each request would cost more than the limits are worth.
 *
 * @param ms from now on
 * @param onExpired runs outside of any scope, unless `clearTimeLimit` came first
 */
export const startTimeLimit = (ms: number, onExpired: () => void): TimeLimit => {
	const limit = { dueMs: performance.now() + ms, onExpired };
	limits.add(limit);
	timer ??= outside(() => setInterval(check, RESOLUTION_MS));
	return limit;
};

export const clearTimeLimit = (limit: TimeLimit): void => void limits.delete(limit);
