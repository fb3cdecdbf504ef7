import type { Redis } from "ioredis";

/** The Redis that all nodes share. It may be unavailable, and its data may be lost, at any time (docs/adr/0020). */
export interface SharedRedis {
	/** Client that prefixes each key with the namespace. While Redis is unavailable, commands fail at once. */
	readonly client: Redis;
	/** @throws UNAVAILABLE (retryable) if Redis does not respond in time or cannot execute the command; the outcome is then unknown */
	ask<T>(work: (client: Redis) => Promise<T>): Promise<T>;
}
