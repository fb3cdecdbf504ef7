import { describeWith, freshNamespace } from "@tests/support/engines";
import { openRedis, redisProxy } from "@tests/support/redis";
import { eventually, QUIET } from "@tests/support/world";
import type { RedisConnection } from "./redis";
import { createRedis } from "./redis";

test("without REDIS_URL there is no connection", () => {
	expect(createRedis({ redisUrl: undefined, namespace: "n" }, QUIET)).toBeUndefined();
});

describeWith("redis", "the program's Redis", () => {
	const namespace = freshNamespace();
	let lines: { readonly message: string; readonly fields: object | undefined }[];
	let proxy: Awaited<ReturnType<typeof redisProxy>>;
	let redis: RedisConnection;

	beforeEach(async () => {
		lines = [];
		proxy = await redisProxy();
		const warn = (message: string, fields?: object) => void lines.push({ message, fields });
		redis = await openRedis(namespace, { url: proxy.url, log: { ...QUIET, warn } });
	});
	afterEach(async () => {
		redis.close();
		await proxy.close();
	});

	const ping = () => redis.ask((client) => client.ping());
	const timed = async (times: number) => {
		const begun = performance.now();
		const outcomes = await Promise.allSettled(Array.from({ length: times }, ping));
		for (const outcome of outcomes)
			expect(outcome).toMatchObject({
				status: "rejected",
				reason: { type: "UNAVAILABLE", code: 503, data: { retryAfterSeconds: 1 } },
			});
		return performance.now() - begun;
	};
	const back = () => eventually(() => ping().catch(() => undefined), "Redis answers again");

	test("prefixes its keys with the namespace", async () => {
		await redis.ask((client) => client.set("a", "1", "EX", 60));
		for (const [name, found] of [
			[namespace, "1"],
			[freshNamespace(), null],
		] as const) {
			const other = await openRedis(name);
			expect(await other.client.get("a")).toBe(found);
			other.close();
		}
	});

	test("fails at once while disconnected, logs once, and reconnects", async () => {
		proxy.sever();
		await eventually(() => redis.client.status !== "ready", "the disconnection");
		expect(await timed(100)).toBeLessThan(600);
		await eventually(() => redis.client.status === "reconnecting", "a reconnection attempt");
		expect(await timed(100)).toBeLessThan(600);
		expect(lines).toHaveLength(1);
		proxy.mend();
		expect(await back()).toBe("PONG");
		expect(lines.map(({ message }) => message)).toEqual([expect.stringContaining("Redis unavailable"), "Redis available again"]);
	});

	test("times out the first commands within a second while Redis hangs, and fails the next at once", async () => {
		proxy.hang();
		const first = await timed(50);
		expect(first).toBeGreaterThan(700);
		expect(first).toBeLessThan(1_600);
		expect(await timed(50)).toBeLessThan(600);
		expect(lines).toHaveLength(1);
		proxy.mend();
		expect(await back()).toBe("PONG");
	});

	test("a connection lost during a command does not close the next connection", async () => {
		proxy.hang();
		const asked = ping().catch(() => "refused");
		proxy.cut();
		expect(await asked).toBe("refused");
		proxy.mend();
		await back();
		const connected = redis.client.status;
		let closed = 0;
		redis.client.on("close", () => closed++);
		const until = performance.now() + 1_200;
		await eventually(() => performance.now() > until, "the socket timeout of the first connection has passed");
		expect([connected, closed]).toEqual(["ready", 0]);
	});

	test("logs a rejected command once and without its arguments", async () => {
		await redis.ask((client) => client.set("text", "abc", "EX", 60));
		for (let time = 0; time < 3; time++)
			await expect(redis.ask((client) => client.zadd("text", 1, "a-secret"))).rejects.toMatchObject({ type: "UNAVAILABLE" });
		expect(lines).toHaveLength(1);
		expect(JSON.stringify(lines)).toContain("WRONGTYPE");
		expect(JSON.stringify(lines)).not.toContain("a-secret");
	});
});
