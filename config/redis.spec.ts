import { describeWith, freshNamespace } from "@tests/support/engines";
import { openRedis, redisProxy } from "@tests/support/redis";
import { eventually, QUIET } from "@tests/support/world";
import type { RedisConnection } from "./redis";
import { createRedis } from "./redis";

test("where no setting names it there is none", () => {
	expect(createRedis({ redisUrl: undefined, namespace: "n" }, QUIET)).toBeUndefined();
});

describeWith("redis", "the program's Redis", () => {
	const namespace = freshNamespace();
	let lines: { readonly message: string; readonly fields: object | undefined }[];
	let way: Awaited<ReturnType<typeof redisProxy>>;
	let redis: RedisConnection;

	beforeEach(async () => {
		lines = [];
		way = await redisProxy();
		const warn = (message: string, fields?: object) => void lines.push({ message, fields });
		redis = await openRedis(namespace, { url: way.url, log: { ...QUIET, warn } });
	});
	afterEach(async () => {
		redis.close();
		await way.close();
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

	test("keeps its keys under the namespace", async () => {
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

	test("that is cut off refuses at once, is told of once, and comes back by itself", async () => {
		way.sever();
		await eventually(() => redis.client.status !== "ready", "it notices");
		expect(await timed(100)).toBeLessThan(600);
		await eventually(() => redis.client.status === "reconnecting", "it tries again");
		expect(await timed(100)).toBeLessThan(600);
		expect(lines).toHaveLength(1);
		way.mend();
		expect(await back()).toBe("PONG");
		expect(lines.map(({ message }) => message)).toEqual([expect.stringContaining("Redis unavailable"), "Redis available again"]);
	});

	test("that hangs costs the first ones less than a second and those after them nothing", async () => {
		way.hang();
		const first = await timed(50);
		expect(first).toBeGreaterThan(700);
		expect(first).toBeLessThan(1_600);
		expect(await timed(50)).toBeLessThan(600);
		expect(lines).toHaveLength(1);
		way.mend();
		expect(await back()).toBe("PONG");
	});

	test("a cut while it is asked something does not cut the next connection too", async () => {
		way.hang();
		const asked = ping().catch(() => "refused");
		way.cut();
		expect(await asked).toBe("refused");
		way.mend();
		await back();
		const connected = redis.client.status;
		let closed = 0;
		redis.client.on("close", () => closed++);
		const until = performance.now() + 1_200;
		await eventually(() => performance.now() > until, "the time of the first connection is over");
		expect([connected, closed]).toEqual(["ready", 0]);
	});

	test("that refuses a command is told of once, without what the command held", async () => {
		await redis.ask((client) => client.set("text", "abc", "EX", 60));
		for (let time = 0; time < 3; time++)
			await expect(redis.ask((client) => client.zadd("text", 1, "a-secret"))).rejects.toMatchObject({ type: "UNAVAILABLE" });
		expect(lines).toHaveLength(1);
		expect(JSON.stringify(lines)).toContain("WRONGTYPE");
		expect(JSON.stringify(lines)).not.toContain("a-secret");
	});
});
