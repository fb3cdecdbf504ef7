export interface RetryBudgetOptions {
	/** Retries earned per retryable call. */
	readonly perCall: number;
	/** Retries earned per second, independent of traffic. */
	readonly perSecond: number;
	/** Maximum and initial number of retries. */
	readonly most: number;
}

/** Limits retries, so that an outage in which all calls fail does not multiply the load. */
export interface RetryBudget {
	/** Registers a retryable call. */
	earn(): void;
	/** Takes one retry from the budget. @returns false if none is left */
	spend(nowMs: number): boolean;
}

export const RETRY_BUDGET: RetryBudgetOptions = { perCall: 0.1, perSecond: 1, most: 20 };

/** A token bucket that fills with each call and with time. `nowMs` is the time of a monotonic clock. */
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
