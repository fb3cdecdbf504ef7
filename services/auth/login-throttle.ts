import type { RateLimiterAbstract } from "rate-limiter-flexible";
import { keyedQueue } from "@mixins/async/keyed-queue";
import { serviceError } from "@mixins/errors/service-errors";
import { sharedRateLimiter, consume } from "@mixins/redis/rate-limiter";
import type { SharedRedis } from "@mixins/redis/shared-redis";
import { hashOf } from "./signing-keys";

const FAILURES = 10;
const WINDOW_SECONDS = 15 * 60;
/** Logins of one account that may wait for the ones before them. */
const QUEUE = 100;

export interface LoginThrottle {
	/**
	 * Runs an attempt to log in unless too many failed before it. Attempts for one account run one after another: a hundred at once are not a
	 * hundred guesses.
	 *
	 * @param attempt whether it succeeded is what `succeeded` says of its outcome; what it throws counts neither way
	 * @returns its outcome, or after how many seconds to come again
	 * @throws UNAVAILABLE where too many wait
	 */
	guard<Outcome>(
		email: string,
		attempt: () => Promise<Outcome>,
		succeeded: (outcome: Outcome) => boolean,
	): Promise<Outcome | { readonly retryAfterSeconds: number }>;
	/** Its owner has proved in another way who they are. */
	reset(email: string): Promise<void>;
}

/** Counts for all nodes where there is a Redis to count in. */
export const loginLimiter = (redis?: SharedRedis): RateLimiterAbstract =>
	sharedRateLimiter(redis, "login", { points: FAILURES, duration: WINDOW_SECONDS }, { remembers: false });

/**
 * An attempt takes its point before it is made and gets it back unless it fails: so ten are ten, on however many nodes they are made at once.
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

/** Where rates are not limited. */
export const noLoginThrottle: LoginThrottle = {
	guard: (_, attempt) => attempt(),
	reset: () => Promise.resolve(),
};
