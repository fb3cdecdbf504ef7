import type { RedisOptions } from "ioredis";

const DEFAULT_PORT = 6379;
const TIMEOUT_MS = 5_000;

/** Converts a URL to ioredis options: `redis://[user][:password]@host[:port][/database]`, `rediss:` for TLS. */
export const redisOptions = (url: string): RedisOptions => {
	const { protocol, hostname, port, username, password, pathname } = new URL(url);
	const database = pathname.slice(1);
	return {
		host: hostname.replace(/^\[|\]$/g, ""),
		port: port === "" ? DEFAULT_PORT : Number(port),
		...(username !== "" && { username: decodeURIComponent(username) }),
		...(password !== "" && { password: decodeURIComponent(password) }),
		...(/^\d+$/.test(database) && { db: Number(database) }),
		...(protocol === "rediss:" && { tls: {} }),
		connectTimeout: TIMEOUT_MS,
	};
};
