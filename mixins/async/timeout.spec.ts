import { settleWithin, TimeoutError, withTimeout } from "./timeout";

const never = new Promise<never>(() => undefined);

describe.each([false, true])("withTimeout, shared timer %j", (sharedTimer) => {
	test("returns the result of work that ends in time", async () => {
		await expect(withTimeout(Promise.resolve(1), 1_000, { sharedTimer })).resolves.toBe(1);
	});

	test("rejects with the very error of work that fails in time", async () => {
		const cause = new Error("x");
		await expect(withTimeout(Promise.reject(cause), 1_000, { sharedTimer })).rejects.toBe(cause);
	});

	test("rejects with TimeoutError after the time", async () => {
		await expect(withTimeout(never, 5, { sharedTimer })).rejects.toBeInstanceOf(TimeoutError);
	});

	test("takes the result of onTimeout, or what it throws", async () => {
		await expect(withTimeout(never, 5, { sharedTimer, onTimeout: () => "late" })).resolves.toBe("late");
		const cause = new Error("mine");
		const onTimeout = (): never => {
			throw cause;
		};
		await expect(withTimeout(never, 5, { sharedTimer, onTimeout })).rejects.toBe(cause);
	});

	test("reports a failure after the time-out, and only that", async () => {
		const failures: unknown[] = [];
		const onLateFailure = (cause: unknown): void => void failures.push(cause);
		await withTimeout(Promise.reject(new Error("early")), 1_000, { sharedTimer, onLateFailure }).catch(() => undefined);
		const { promise, reject } = Promise.withResolvers<never>();
		await withTimeout(promise, 5, { sharedTimer, onTimeout: () => null, onLateFailure });
		const late = new Error("late");
		reject(late);
		await promise.catch(() => undefined);
		expect(failures).toEqual([late]);
	});

	test("has no limit where the time is 0", async () => {
		const { promise, resolve } = Promise.withResolvers<string>();
		const work = withTimeout(promise, 0, { sharedTimer });
		await expect(withTimeout(work, 30, { onTimeout: () => "still waiting" })).resolves.toBe("still waiting");
		resolve("done");
		await expect(work).resolves.toBe("done");
	});
});

test("settleWithin waits for the work, or for the time", async () => {
	let ended = false;
	const { promise, resolve } = Promise.withResolvers<undefined>();
	const work = promise.then(() => (ended = true));
	await settleWithin(5, work);
	expect(ended).toBe(false);
	resolve(undefined);
	await settleWithin(60_000, work);
	expect(ended).toBe(true);
});
