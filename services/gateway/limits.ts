import { isIPv6 } from "node:net";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** What is counted apart: reading costs little, changing more, and passwords are what is guessed at. */
export type Bucket = "auth" | "write" | "read";

export interface Limits {
	/** @returns 0, or after how many seconds to come again */
	take(bucket: Bucket, address: string): Promise<number>;
}

const ALLOWANCES: Readonly<Record<Bucket, { readonly points: number; readonly duration: number }>> = {
	auth: { points: 60, duration: 60 },
	write: { points: 600, duration: 10 },
	read: { points: 3_000, duration: 10 },
};

/** In this process alone; a cluster gives one that counts in Redis. */
export const memoryLimits = (): Limits => {
	const limiters = Object.fromEntries(
		Object.entries(ALLOWANCES).map(([bucket, allowance]) => [bucket, new RateLimiterMemory(allowance)]),
	) as Record<Bucket, RateLimiterMemory>;
	return {
		async take(bucket, address) {
			try {
				await limiters[bucket].consume(address);
				return 0;
			} catch (refusal) {
				if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
				throw refusal;
			}
		},
	};
};

export const bucketOf = (method: string, path: string): Bucket => {
	if (method === "GET" || method === "HEAD") return "read";
	return path.startsWith("/v1/auth/") ? "auth" : "write";
};

const MAPPED = "::ffff:";
const NETWORK_GROUPS = 4;

/** One client. Of IPv6 the network, for a client has all addresses in it. Only the socket is believed: headers say what the client likes. */
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
