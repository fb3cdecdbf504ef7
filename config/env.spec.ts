import { InvalidSettingError, readSettings } from "./env";

const message = (env: Record<string, string>, args: string[] = []): string => {
	try {
		readSettings(env, args);
	} catch (cause) {
		if (cause instanceof InvalidSettingError) return cause.message;
		throw cause;
	}
	return "valid";
};

test("the defaults match the documentation", () => {
	expect(readSettings({})).toMatchObject({
		port: 3000,
		metricsPort: 3030,
		dataDir: "data",
		currency: "EUR",
		demo: true,
		capture: "auto",
		rateLimits: true,
		testProvider: true,
		services: undefined,
		namespace: "tianguis",
		zipkinUrl: undefined,
		traceSample: 1,
		production: false,
	});
});

test.each([
	["0", 0],
	["0.25", 0.25],
	[".5", 0.5],
	["1", 1],
	["1.0", 1],
])("TRACE_SAMPLE=%s", (text, traceSample) => {
	expect(readSettings({ TRACE_SAMPLE: text })).toMatchObject({ traceSample });
});

test("an empty variable counts as unset", () => {
	expect(readSettings({ PORT: "", CURRENCY: "" })).toMatchObject({ port: 3000, currency: "EUR" });
});

test.each([
	["PORT", "http"],
	["PORT", "70000"],
	["PORT", "-1"],
	["METRICS_PORT", "3.5"],
	["CURRENCY", "EURO"],
	["DEMO", "yes"],
	["ADMIN_EMAIL", "nobody"],
	["ADMIN_PASSWORD", "short"],
	["SMTP_URL", "localhost:25"],
	["MAIL_FROM", "shop"],
	["JWT_SECRET", "too short"],
	["CAPTURE", "later"],
	["RATE_LIMITS", "true"],
	["LOG_LEVEL", "loud"],
	["NODE_ENV", "staging"],
	["SERVICES", "carts,bazaar"],
	["MONGO_URL", "localhost"],
	["REDIS_URL", "http://localhost"],
	["AMQP_URL", "localhost:5672"],
	["ZIPKIN_URL", "zipkin:9411"],
	["TRACE_SAMPLE", "2"],
	["TRACE_SAMPLE", "-0.5"],
	["TRACE_SAMPLE", "all"],
	["NAMESPACE", "the shop"],
	["NAMESPACE", "x".repeat(33)],
])("%s=%s is rejected with one line that names the variable", (name, value) => {
	expect(message({ [name]: value })).toMatch(new RegExp(`^${name} must be [^\\n]+$`));
});

test("the message does not contain a secret", () => {
	expect(message({ ADMIN_PASSWORD: "hunter2" })).not.toContain("hunter2");
});

test("services are selected by arguments or by SERVICES; arguments take precedence", () => {
	expect(readSettings({ SERVICES: "carts, orders" }).services).toEqual(["carts", "orders"]);
	expect(readSettings({ SERVICES: "carts" }, ["orders"]).services).toEqual(["orders"]);
});

test("production requires secrets and rejects the test provider unless it is allowed", () => {
	const secret = "x".repeat(32);
	expect(message({ NODE_ENV: "production" })).toMatch(/^JWT_SECRET must be set/);
	expect(readSettings({ NODE_ENV: "production", JWT_SECRET: secret }).testProvider).toBe(false);
	expect(message({ NODE_ENV: "production", JWT_SECRET: secret, PAYMENT_TEST_PROVIDER: "allow" })).toMatch(
		/^TEST_WEBHOOK_SECRET must be set/,
	);
	expect(
		readSettings({ NODE_ENV: "production", JWT_SECRET: secret, PAYMENT_TEST_PROVIDER: "allow", TEST_WEBHOOK_SECRET: "y" }).testProvider,
	).toBe(true);
});
