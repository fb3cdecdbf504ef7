import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";
import type { SharedRedis } from "./shared-redis";

export interface RateLimit {
	readonly points: number;
	/** In seconds. */
	readonly duration: number;
}

/** In this process alone: asking it costs no call. */
export const localRateLimiter = (allowance: RateLimit): RateLimiterAbstract => new RateLimiterMemory(allowance);

/**
 * Where there is a Redis, one count for all nodes; while it is away, each process counts for itself, so that there is a limit still, if a wider one.
 *
 * @param name of what is counted: begins its keys
 * @param remembers whoever was refused is refused from memory until the time is over. Not for what may be forgiven before.
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

/** Takes a point. @returns 0, or after how many seconds to come again */
export const consume = async (limiter: RateLimiterAbstract, key: string): Promise<number> => {
	try {
		await limiter.consume(key);
		return 0;
	} catch (refusal) {
		if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
		throw refusal;
	}
};
