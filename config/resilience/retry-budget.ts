export interface RetryBudgetOptions {
	/** Retries for each call that may be retried. */
	readonly perCall: number;
	/** Retries for each second, however quiet it is. */
	readonly perSecond: number;
	/** What can be saved up, and is there at the beginning. */
	readonly most: number;
}

/** How many calls may be sent again: an outage that makes all calls fail must not multiply them. */
export interface RetryBudget {
	/** A call was made that may be sent again. */
	earn(): void;
	/** @returns whether one may be sent again now, which is then taken off */
	spend(nowMs: number): boolean;
}

export const RETRY_BUDGET: RetryBudgetOptions = { perCall: 0.1, perSecond: 1, most: 20 };

/** A bucket that fills with each call and a little with time. `nowMs` is of any clock that does not go back. */
export const retryBudget = ({ perCall, perSecond, most }: RetryBudgetOptions = RETRY_BUDGET, nowMs = 0): RetryBudget => {
	let tokens = most;
	let filledAt = nowMs;
	return {
		earn() {
			tokens = Math.min(most, tokens + perCall);
		},
		spend(now) {
			tokens = Math.min(most, tokens + (Math.max(0, now - filledAt) / 1_000) * perSecond);
			filledAt = Math.max(now, filledAt);
			if (tokens < 1) return false;
			tokens -= 1;
			return true;
		},
	};
};
