import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Settings } from "@config/env";

const SCRIPT = join(__dirname, "..", "..", "..", "scripts", "engines.mjs");
const VARIABLES = { MONGO_URL: "mongoUrl", REDIS_URL: "redisUrl", AMQP_URL: "amqpUrl" } as const;

/** The engines that `npm run engines -- up` started, by their environment variables. */
const broughtUp = (): Readonly<Record<string, string>> => {
	try {
		const told = execFileSync(process.execPath, [SCRIPT, "status"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
		return Object.fromEntries(Array.from(told.matchAll(/^export (\w+)='(.*)'$/gm), ([, name, url]) => [name!, url!]));
	} catch {
		return {};
	}
};

/** The engines of the settings, or else of `npm run engines`. @throws if one is not found */
export const engineUrls = (settings: Settings): Readonly<Record<string, string>> => {
	const names = Object.keys(VARIABLES) as (keyof typeof VARIABLES)[];
	const up = names.every((name) => settings[VARIABLES[name]] !== undefined) ? {} : broughtUp();
	const urls = names.map((name) => [name, settings[VARIABLES[name]] ?? up[name]] as const);
	const missing = urls.flatMap(([name, url]) => (url === undefined ? [name] : []));
	if (missing.length > 0) throw new Error(`no ${missing.join(", no ")}: set it, or start all engines with: npm run engines -- up`);
	return Object.fromEntries(urls) as Record<string, string>;
};
