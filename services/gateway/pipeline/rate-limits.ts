import { isIPv6 } from "node:net";
import { localRateLimiter, sharedRateLimiter, consume, type RateLimit } from "@mixins/redis/rate-limiter";
import type { SharedRedis } from "@mixins/redis/shared-redis";

/** Buckets that are counted separately: password guesses, changes and reads. */
export type Bucket = "auth" | "write" | "read";

export interface RateLimits {
	/** @returns 0 if the request is allowed, or the seconds until it is */
	take(bucket: Bucket, address: string): Promise<number>;
}

const ALLOWANCES: Readonly<Record<Bucket, RateLimit>> = {
	auth: { points: 60, duration: 60 },
	write: { points: 600, duration: 10 },
	read: { points: 3_000, duration: 10 },
};

/**
 * Guesses and changes are counted across all gateways if Redis is configured. Reads are counted per process: a page from the cache must not
 * cost a remote call.
 */
export const createRateLimits = (redis: SharedRedis | undefined): RateLimits => {
	const limiters = {
		auth: sharedRateLimiter(redis, "auth", ALLOWANCES.auth, { remembers: true }),
		write: sharedRateLimiter(redis, "write", ALLOWANCES.write, { remembers: true }),
		read: localRateLimiter(ALLOWANCES.read),
	};
	return { take: (bucket, address) => consume(limiters[bucket], address) };
};

export const bucketOf = (method: string, path: string): Bucket => {
	if (method === "GET" || method === "HEAD") return "read";
	return path.startsWith("/v1/auth/") ? "auth" : "write";
};

const MAPPED = "::ffff:";
const NETWORK_GROUPS = 4;

/**
 * The address that identifies a client. For IPv6 this is the /64 network, since a client may use any address in it. Only the socket is
 * trusted; headers can be forged.
 */
export const addressOf = (socket: { readonly remoteAddress?: string | undefined }): string => {
	const address = socket.remoteAddress ?? "";
	if (address.startsWith(MAPPED)) return address.slice(MAPPED.length);
	if (!isIPv6(address)) return address;
	const [head = "", tail = ""] = address.split("::");
	const groups = head.split(":").filter((group) => group !== "");
	const missing = address.includes("::") ? 8 - groups.length - tail.split(":").filter((group) => group !== "").length : 0;
	const all = [...groups, ...Array<string>(missing).fill("0"), ...tail.split(":").filter((group) => group !== "")];
	return all.slice(0, NETWORK_GROUPS).join(":");
};
