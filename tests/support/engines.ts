import { randomBytes } from "node:crypto";

/** Addresses of the engines that `npm test` found or started. A missing address means that the engine is not available. */
export interface Engines {
	readonly redisUrl?: string;
	readonly amqpUrl?: string;
	/** URL of a replica set. Tests must not use its database; each takes a `freshDatabase`. */
	readonly mongoUrl?: string;
}

export type Engine = "redis" | "rabbitmq" | "mongodb";

/** An empty variable counts as unset. */
const variable = (name: string): string | undefined => (process.env[name] === "" ? undefined : process.env[name]);

const VARIABLES = { redis: "TEST_REDIS_URL", rabbitmq: "TEST_AMQP_URL", mongodb: "TEST_MONGO_URL" } as const;

export const engines = (): Engines => {
	const [redisUrl, amqpUrl, mongoUrl] = [variable(VARIABLES.redis), variable(VARIABLES.rabbitmq), variable(VARIABLES.mongodb)];
	return { ...(redisUrl && { redisUrl }), ...(amqpUrl && { amqpUrl }), ...(mongoUrl && { mongoUrl }) };
};

/**
 * Runs `describe` if all these engines are available: `describeWith("redis", "rabbitmq", "sessions", () => ...)`. Otherwise the tests are skipped,
 * and the title states the reason. With CI=true they fail instead, because CI must provide the engines.
 */
export const describeWith = (...args: [Engine, ...Engine[], string, () => void]): void => {
	const names = args.slice(0, -2) as Engine[];
	const [title, body] = args.slice(-2) as [string, () => void];
	const missing = names.filter((name) => variable(VARIABLES[name]) === undefined);
	const reason = `no ${missing.join(", no ")}: ${missing.map((name) => VARIABLES[name]).join(", ")} not set`;
	if (missing.length === 0) describe(title, body);
	else if (variable("CI") !== "true") describe.skip(`${title} (left out: ${reason})`, body);
	else {
		describe(title, () => {
			test("has its engines", () => {
				throw new Error(reason);
			});
		});
	}
};

/** A unique NAMESPACE for one cluster, so that no other test in any process sees its data. */
export const freshNamespace = (): string => `t-${randomBytes(9).toString("hex")}`;

/** The URL of the same server with this database. */
export const withDatabase = (mongoUrl: string, database: string): string => {
	const [, head, query] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(mongoUrl)!;
	return `${head!}/${database}${query ?? ""}`;
};

/** The URL of the same server with a new database. */
export const freshDatabase = (mongoUrl: string): string => withDatabase(mongoUrl, `tianguis_t_${randomBytes(9).toString("hex")}`);
