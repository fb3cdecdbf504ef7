/** Redis, for discovery, sessions and limits. It evicts no keys and keeps no data after its removal. */
import { fromProject } from "./libraries.mjs";
import { redisServer } from "./programs.mjs";

const url = ({ ports }) => `redis://127.0.0.1:${ports.redis}`;

export const redis = {
	name: "redis",
	variable: "REDIS_URL",
	program: redisServer,
	packages: ["redis-server"],
	url,
	programs: () => ["redis"],

	async start(instance, { program, ports }) {
		const settings = {
			port: ports.redis,
			bind: "127.0.0.1",
			dir: instance.folder,
			save: "",
			appendonly: "no",
			"maxmemory-policy": "noeviction",
		};
		instance.start(
			"redis",
			program,
			Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
		);
	},

	/** Checks it once. @returns its version @throws if it does not respond */
	async look(where) {
		const Redis = fromProject("ioredis");
		const client = new Redis(url(where), { lazyConnect: true, connectTimeout: 2_000, commandTimeout: 2_000, retryStrategy: null });
		client.on("error", () => undefined); // the failing call reports the error
		try {
			await client.connect();
			await client.ping();
			return /redis_version:(\S+)/.exec(await client.info("server"))[1];
		} finally {
			client.disconnect();
		}
	},
};
