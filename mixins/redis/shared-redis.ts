import type { Redis } from "ioredis";

/** The Redis that all nodes share. What is kept there may be away or gone at any time (docs/adr/0020). */
export interface SharedRedis {
	/** Puts the namespace before each key. While Redis is away it refuses at once: nothing waits for it. */
	readonly client: Redis;
	/** @throws UNAVAILABLE (retryable) where Redis does not respond in time, or cannot do it; whether it was done is then not known */
	ask<T>(work: (client: Redis) => Promise<T>): Promise<T>;
}
