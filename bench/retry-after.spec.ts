import { sendWithRetries, retryAfterMs } from "./retry-after";

const answer = (status: number, after?: string) => ({ status, headers: after === undefined ? {} : { "retry-after": after } });

test.each([
	[answer(200), undefined],
	[answer(409), undefined],
	[answer(503, "3"), 3_000],
	[answer(429, "0"), 0],
	[answer(503), 1_000],
	[answer(503, "soon"), 1_000],
	[answer(503, "86400"), 10_000],
])("%j: how long to wait", (given, expected) => {
	expect(retryAfterMs(given)).toBe(expected);
});

test("what was refused for the moment is sent again, as late as was asked for", async () => {
	const answers = [answer(503, "2"), answer(429, "1"), answer(201)];
	const waits: number[] = [];
	const last = await sendWithRetries(
		() => Promise.resolve(answers.shift()!),
		(ms) => Promise.resolve(waits.push(ms)),
	);
	expect(last.status).toBe(201);
	expect(waits).toEqual([2_000, 1_000]);
});

test("patience ends", async () => {
	const attempt = jest.fn(() => Promise.resolve(answer(503, "1")));
	const last = await sendWithRetries(attempt, () => Promise.resolve());
	expect(last.status).toBe(503);
	expect(attempt).toHaveBeenCalledTimes(20);
});
