import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";
import type { SharedRedis } from "./shared-redis";

export interface RateLimit {
	readonly points: number;
	/** Length of the window in seconds. */
	readonly duration: number;
}

/** Counts in this process only, without I/O. */
export const localRateLimiter = (allowance: RateLimit): RateLimiterAbstract => new RateLimiterMemory(allowance);

/**
 * Counts for all nodes in Redis. While Redis is unavailable, each process counts separately, so a wider limit still holds.
 *
 * @param name prefix of the keys
 * @param remembers rejects a caller from memory until the window ends, once it has exceeded the limit. Not for limits that may be reset earlier.
 */
export const sharedRateLimiter = (
	redis: SharedRedis | undefined,
	name: string,
	allowance: RateLimit,
	{ remembers }: { readonly remembers: boolean },
): RateLimiterAbstract => {
	if (redis === undefined) return localRateLimiter(allowance);
	return new RateLimiterRedis({
		...allowance,
		storeClient: redis.client,
		keyPrefix: `limit:${name}`,
		rejectIfRedisNotReady: true,
		insuranceLimiter: localRateLimiter(allowance),
		...(remembers && { inMemoryBlockOnConsumed: allowance.points + 1 }),
	});
};

/** Takes a point. @returns 0, or the number of seconds after which to retry */
export const consume = async (limiter: RateLimiterAbstract, key: string): Promise<number> => {
	try {
		await limiter.consume(key);
		return 0;
	} catch (refusal) {
		if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
		throw refusal;
	}
};
