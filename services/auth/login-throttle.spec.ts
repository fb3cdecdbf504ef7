import { RateLimiterMemory } from "rate-limiter-flexible";
import { describeWith, freshNamespace } from "@tests/support/engines";
import { openRedis } from "@tests/support/redis";
import { loginThrottle, loginLimiter } from "./login-throttle";

const succeeded = (outcome: boolean): boolean => outcome;
const attempts = (outcome: boolean) => {
	let count = 0;
	return {
		run: () => {
			count++;
			return Promise.resolve(outcome);
		},
		get count() {
			return count;
		},
	};
};

test("after ten failures an account is locked, also for concurrent attempts, and others are not", async () => {
	const failures = loginThrottle();
	const wrong = attempts(false);
	const outcomes = await Promise.all(Array.from({ length: 50 }, () => failures.guard("ana@example.com", wrong.run, succeeded)));
	expect(wrong.count).toBe(10);
	const refused = outcomes.filter((outcome) => typeof outcome === "object");
	expect(refused).toHaveLength(40);
	for (const { retryAfterSeconds } of refused) {
		expect(retryAfterSeconds).toBeGreaterThan(0);
		expect(retryAfterSeconds).toBeLessThanOrEqual(900);
	}
	expect(await failures.guard("bo@example.com", wrong.run, succeeded)).toBe(false);
});

test("successful attempts are not counted", async () => {
	const failures = loginThrottle();
	const right = attempts(true);
	const outcomes = await Promise.all(Array.from({ length: 50 }, () => failures.guard("ana@example.com", right.run, succeeded)));
	expect(outcomes).toEqual(Array(50).fill(true));
});

test("an attempt that throws is not counted, and the next one runs", async () => {
	const failures = loginThrottle();
	const breaks = () => Promise.reject(new Error("no answer"));
	for (let time = 0; time < 12; time++) await expect(failures.guard("ana@example.com", breaks, succeeded)).rejects.toThrow();
	expect(await failures.guard("ana@example.com", attempts(true).run, succeeded)).toBe(true);
});

test("the queue per account is bounded", async () => {
	const failures = loginThrottle();
	const outcomes = await Promise.allSettled(
		Array.from({ length: 120 }, () => failures.guard("ana@example.com", attempts(true).run, succeeded)),
	);
	expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(20);
	expect((outcomes.at(-1) as PromiseRejectedResult).reason).toMatchObject({ type: "UNAVAILABLE" });
});

test("reset unlocks an account", async () => {
	const failures = loginThrottle(new RateLimiterMemory({ points: 10, duration: 900 }));
	const wrong = attempts(false);
	for (let time = 0; time < 11; time++) await failures.guard("ana@example.com", wrong.run, succeeded);
	await failures.reset("ana@example.com");
	expect(await failures.guard("ana@example.com", attempts(true).run, succeeded)).toBe(true);
});

describeWith("redis", "on several nodes", () => {
	const namespace = freshNamespace();
	const nodes = async (count: number) => Promise.all(Array.from({ length: count }, () => openRedis(namespace)));
	let open: Awaited<ReturnType<typeof nodes>>;
	beforeAll(async () => {
		open = await nodes(4);
	});
	afterAll(() => {
		for (const redis of open) redis.close();
	});
	const all = () => open.map((redis) => loginThrottle(loginLimiter(redis)));

	test("ten failures lock an account, also for concurrent attempts on several nodes", async () => {
		const wrong = attempts(false);
		const tries = all().flatMap((failures) =>
			Array.from({ length: 20 }, () => failures.guard("ana@example.com", wrong.run, succeeded)),
		);
		const outcomes = await Promise.all(tries);
		expect(wrong.count).toBe(10);
		const refused = outcomes.filter((outcome) => typeof outcome === "object");
		expect(refused).toHaveLength(70);
		for (const { retryAfterSeconds } of refused) {
			expect(retryAfterSeconds).toBeGreaterThan(0);
			expect(retryAfterSeconds).toBeLessThanOrEqual(900);
		}
	});

	test("successes and errors are not counted on any node", async () => {
		const broken = () => Promise.reject(new Error("no answer"));
		const tries = all().flatMap((failures) =>
			Array.from({ length: 15 }, async () => [
				await failures.guard("bo@example.com", attempts(true).run, succeeded),
				await failures.guard("bo@example.com", broken, succeeded).catch(() => "broken"),
			]),
		);
		expect(new Set((await Promise.all(tries)).flat())).toEqual(new Set([true, "broken"]));
	});

	test("reset on one node unlocks the account on all nodes", async () => {
		const [one, other] = all() as [ReturnType<typeof loginThrottle>, ReturnType<typeof loginThrottle>];
		for (let time = 0; time < 12; time++) await one.guard("eve@example.com", attempts(false).run, succeeded);
		expect(await other.guard("eve@example.com", attempts(true).run, succeeded)).toMatchObject({
			retryAfterSeconds: expect.any(Number),
		});
		await one.reset("eve@example.com");
		expect(await other.guard("eve@example.com", attempts(true).run, succeeded)).toBe(true);
	});
});
