import { isCurrency } from "@kernel/money";

/** All settings of a process. They are read once, here; no other module reads the environment. */
export interface Settings {
	readonly port: number;
	readonly metricsPort: number;
	readonly dataDir: string;
	/** ISO 4217 code of all prices, including those in an imported CSV. */
	readonly currency: string;
	readonly demo: boolean;
	readonly adminEmail: string;
	readonly adminPassword: string | undefined;
	readonly smtpUrl: string | undefined;
	readonly mailFrom: string;
	/** Base URL of the shop for links in mails. */
	readonly publicUrl: string | undefined;
	/** Signs access tokens and mail tokens. If it is not set, a secret is generated and stored. */
	readonly jwtSecret: string | undefined;
	readonly testWebhookSecret: string | undefined;
	/** Whether the payment provider `test` is enabled. */
	readonly testProvider: boolean;
	readonly capture: "auto" | "manual";
	readonly rateLimits: boolean;
	readonly logLevel: LogLevel;
	readonly production: boolean;
	/** Names of the services to host; undefined: all. */
	readonly services: readonly string[] | undefined;
	readonly mongoUrl: string | undefined;
	readonly redisUrl: string | undefined;
	readonly amqpUrl: string | undefined;
	/** URL of the trace collector. If it is not set, tracing is off. */
	readonly zipkinUrl: string | undefined;
	/** Share of traces that are recorded, from 0 to 1. */
	readonly traceSample: number;
	/** Name of the cluster: prefix of all names that nodes share in Redis and RabbitMQ. */
	readonly namespace: string;
	/** Descriptor of a pipe whose other end the launcher keeps open until it ends or requests a stop. */
	readonly launcherFd: number | undefined;
}

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const SERVICES = [
	"gateway",
	"auth",
	"users",
	"products",
	"inventory",
	"carts",
	"orders",
	"payments",
	"shipping",
	"notifications",
] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** The value of a setting is invalid. The message is one line for the operator and never contains a secret. */
export class InvalidSettingError extends Error {}

const rejectSetting = (name: string, wanted: string): never => {
	throw new InvalidSettingError(`${name} must be ${wanted}`);
};

/** Typed access to the variables. An empty variable counts as unset. */
const reader = (env: Environment) => {
	const text = (name: string): string | undefined => (env[name] === "" ? undefined : env[name]);
	return {
		text,
		integer(name: string, fallback: number, max: number): number {
			const value = text(name);
			if (value === undefined) return fallback;
			return /^\d{1,9}$/.test(value) && Number(value) <= max
				? Number(value)
				: rejectSetting(name, `a whole number from 0 to ${max}, not ${JSON.stringify(value)}`);
		},
		share(name: string, fallback: number): number {
			const value = text(name);
			if (value === undefined) return fallback;
			return /^(0|1|0?\.\d{1,9}|1\.0+)$/.test(value)
				? Number(value)
				: rejectSetting(name, `a number from 0 to 1, not ${JSON.stringify(value)}`);
		},
		oneOf<const T extends string>(name: string, fallback: T, values: readonly T[]): T {
			const value = text(name);
			if (value === undefined) return fallback;
			return (
				values.find((allowed) => allowed === value) ??
				rejectSetting(name, `one of ${values.join(", ")}, not ${JSON.stringify(value)}`)
			);
		},
		matching(name: string, pattern: RegExp, wanted: string): string | undefined {
			const value = text(name);
			return value === undefined || pattern.test(value) ? value : rejectSetting(name, wanted);
		},
		secret(name: string, minLength: number): string | undefined {
			const value = text(name);
			return value === undefined || value.length >= minLength ? value : rejectSetting(name, `at least ${minLength} characters long`);
		},
	};
};

const MAILBOX = /^(?:[^<>@]*<[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+)$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Environment of a child process: that of this process, with `more` added. */
export const childEnvironment = (more: Readonly<Record<string, string>>): Environment => ({ ...process.env, ...more });

/**
 * Reads and validates all settings.
 *
 * @param args names of services; they take precedence over SERVICES
 * @throws InvalidSettingError
 */
export const readSettings = (env: Environment = process.env, args: readonly string[] = []): Settings => {
	const { text, integer, share, oneOf, matching, secret } = reader(env);
	const production = oneOf("NODE_ENV", "development", ["development", "test", "production"]) === "production";
	const currency = text("CURRENCY") ?? "EUR";
	if (!isCurrency(currency)) rejectSetting("CURRENCY", `an ISO 4217 code such as EUR, not ${JSON.stringify(currency)}`);
	const named =
		args.length > 0
			? args
			: text("SERVICES")
					?.split(",")
					.map((name) => name.trim());
	const unknown = named?.find((name) => !(SERVICES as readonly string[]).includes(name));
	if (unknown !== undefined) rejectSetting("SERVICES", `names among ${SERVICES.join(", ")}, not ${JSON.stringify(unknown)}`);
	const settings: Settings = {
		port: integer("PORT", 3000, 65_535),
		metricsPort: integer("METRICS_PORT", 3030, 65_535),
		dataDir: text("DATA_DIR") ?? "data",
		currency,
		demo: oneOf("DEMO", "true", ["true", "false"]) === "true",
		adminEmail: matching("ADMIN_EMAIL", EMAIL, "an e-mail address") ?? "admin@tianguis.example",
		adminPassword: secret("ADMIN_PASSWORD", 8),
		smtpUrl: matching("SMTP_URL", /^smtps?:\/\//, "a URL that begins with smtp:// or smtps://"),
		mailFrom:
			matching("MAIL_FROM", MAILBOX, "an e-mail address, optionally with a name: Shop <shop@example.com>") ??
			"Tianguis <shop@tianguis.example>",
		publicUrl: matching("PUBLIC_URL", /^https?:\/\//, "a URL that begins with http:// or https://"),
		jwtSecret: secret("JWT_SECRET", 32),
		testWebhookSecret: secret("TEST_WEBHOOK_SECRET", 1),
		testProvider: !production || oneOf("PAYMENT_TEST_PROVIDER", "deny", ["allow", "deny"]) === "allow",
		capture: oneOf("CAPTURE", "auto", ["auto", "manual"]),
		rateLimits: oneOf("RATE_LIMITS", "on", ["on", "off"]) === "on",
		logLevel: oneOf("LOG_LEVEL", "info", LOG_LEVELS),
		production,
		services: named,
		mongoUrl: matching("MONGO_URL", /^mongodb(\+srv)?:\/\//, "a URL that begins with mongodb:// or mongodb+srv://"),
		redisUrl: matching("REDIS_URL", /^rediss?:\/\//, "a URL that begins with redis:// or rediss://"),
		amqpUrl: matching("AMQP_URL", /^amqps?:\/\//, "a URL that begins with amqp:// or amqps://"),
		zipkinUrl: matching("ZIPKIN_URL", /^https?:\/\/[^\s/]/, "a URL that begins with http:// or https://"),
		traceSample: share("TRACE_SAMPLE", 1),
		namespace: matching("NAMESPACE", /^[A-Za-z0-9_-]{1,32}$/, "1 to 32 letters, digits, hyphens and underscores") ?? "tianguis",
		launcherFd: text("TIANGUIS_LAUNCHER_FD") === undefined ? undefined : integer("TIANGUIS_LAUNCHER_FD", 3, 1_000),
	};
	if (production && settings.jwtSecret === undefined) rejectSetting("JWT_SECRET", "set when NODE_ENV is production");
	if (production && settings.testProvider && settings.testWebhookSecret === undefined)
		rejectSetting("TEST_WEBHOOK_SECRET", "set when NODE_ENV is production");
	return settings;
};
