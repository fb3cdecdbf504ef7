import { startNode } from "../../cli/cluster/node";
import { describeWith, engines, freshDatabase, freshNamespace } from "../support/engines";
import { freePort } from "@config/ports";

const PASSWORD = "a-word-that-is-shown-to-nobody";
const WITHIN_MS = 15_000;

const engineUrls = engines() as Required<ReturnType<typeof engines>>;
const good = () => ({ REDIS_URL: engineUrls.redisUrl, AMQP_URL: engineUrls.amqpUrl, MONGO_URL: freshDatabase(engineUrls.mongoUrl) });

const changed = (url: string, change: (url: URL) => void): string => {
	const other = new URL(url);
	change(other);
	return other.href;
};

/** The output of a node that cannot start. */
const failure = async (services: readonly string[], more: Readonly<Record<string, string>>) => {
	const said: string[] = [];
	const env = { ...good(), NAMESPACE: freshNamespace(), NODE_ENV: "test", PORT: "0", METRICS_PORT: "0", LOG_LEVEL: "info", SERVICES: "" };
	const begun = performance.now();
	const opened = await startNode({ name: "it", services }, { ...env, ...more }, (line) => said.push(line)).catch(
		(cause: unknown) => (cause as Error).message,
	);
	return { opened, said, tookMs: performance.now() - begun };
};

describeWith("redis", "rabbitmq", "mongodb", "a node that cannot start says why in one line", () => {
	const SETTINGS = ["REDIS_URL", "AMQP_URL", "MONGO_URL"] as const;
	const refusals = (change: (url: URL) => void) =>
		Promise.all(
			SETTINGS.map(async (setting) => ({ setting, ...(await failure(["users"], { [setting]: changed(good()[setting], change) })) })),
		);
	const check = (all: Awaited<ReturnType<typeof refusals>>): void => {
		for (const { setting, opened, said, tookMs } of all) {
			expect(opened).toBe("it ended with 1 before it was open");
			expect(said).toEqual([expect.stringMatching(new RegExp(`^tianguis: .*${setting}`))]);
			expect(said[0]).not.toContain(PASSWORD);
			expect(tookMs).toBeLessThan(WITHIN_MS);
		}
	};

	test("where nobody listens", async () => {
		const port = String(await freePort());
		check(
			await refusals((url) => {
				url.port = port;
				url.password ||= PASSWORD;
			}),
		);
	}, 60_000);

	test("where the password is wrong", async () => {
		check(
			await refusals((url) => {
				url.username ||= "somebody";
				url.password = PASSWORD;
			}),
		);
	}, 60_000);

	test("where there is no such service", async () => {
		const { opened, said } = await failure(["orders", "juggling"], {});
		expect(opened).toBe("it ended with 1 before it was open");
		expect(said).toEqual([expect.stringMatching(/^tianguis: .*"juggling"/)]);
	}, 60_000);
});
