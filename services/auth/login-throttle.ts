import type { RateLimiterAbstract } from "rate-limiter-flexible";
import { keyedQueue } from "@mixins/async/keyed-queue";
import { serviceError } from "@mixins/errors/service-errors";
import { sharedRateLimiter, consume } from "@mixins/redis/rate-limiter";
import type { SharedRedis } from "@mixins/redis/shared-redis";
import { hashOf } from "./signing-keys";

const FAILURES = 10;
const WINDOW_SECONDS = 15 * 60;
/** Maximum number of waiting login attempts per account. */
const QUEUE = 100;

export interface LoginThrottle {
	/**
	 * Runs a login attempt unless too many have failed before. Attempts for one account run sequentially, so concurrent guesses are limited as well.
	 *
	 * @param attempt an error that it throws counts neither as a success nor as a failure
	 * @param succeeded whether the outcome of the attempt is a success
	 * @returns the outcome, or the seconds after which to retry
	 * @throws UNAVAILABLE if too many attempts are waiting
	 */
	guard<Outcome>(
		email: string,
		attempt: () => Promise<Outcome>,
		succeeded: (outcome: Outcome) => boolean,
	): Promise<Outcome | { readonly retryAfterSeconds: number }>;
	/** Clears the failures, because the owner has proved their identity in another way. */
	reset(email: string): Promise<void>;
}

/** Limiter of failed logins. With Redis, it counts for all nodes together. */
export const loginLimiter = (redis?: SharedRedis): RateLimiterAbstract =>
	sharedRateLimiter(redis, "login", { points: FAILURES, duration: WINDOW_SECONDS }, { remembers: false });

/**
 * Throttles logins per account. An attempt consumes a point before it starts and returns it unless it fails. The limit therefore also holds for
 * concurrent attempts on several nodes.
 */
export const loginThrottle = (limiter: RateLimiterAbstract = loginLimiter()): LoginThrottle => {
	const attempts = keyedQueue({ maxQueued: QUEUE, onFull: () => serviceError("UNAVAILABLE") });

	return {
		guard(email, attempt, succeeded) {
			const key = hashOf(email);
			return attempts.run(key, async () => {
				const retryAfterSeconds = await consume(limiter, key);
				if (retryAfterSeconds > 0) {
					await limiter.reward(key);
					return { retryAfterSeconds };
				}
				let hasFailed = false;
				try {
					const outcome = await attempt();
					hasFailed = !succeeded(outcome);
					return outcome;
				} finally {
					if (!hasFailed) await limiter.reward(key);
				}
			});
		},
		reset: async (email) => {
			await limiter.delete(hashOf(email));
		},
	};
};

/** No throttling, for RATE_LIMITS=off. */
export const noLoginThrottle: LoginThrottle = {
	guard: (_, attempt) => attempt(),
	reset: () => Promise.resolve(),
};
