import { runAfterRequest } from "./run-after-request";

test("who asks while a run is under way gets one that begins after it, together with all others", async () => {
	const begun: (() => void)[] = [];
	let running = 0;
	let most = 0;
	const ask = runAfterRequest(async () => {
		most = Math.max(most, ++running);
		await new Promise<void>((end) => begun.push(end));
		running -= 1;
	});
	let told = 0;
	const first = ask();
	const others = [ask(), ask(), ask()].map((asked) => asked.then(() => (told += 1)));
	expect(begun).toHaveLength(1);
	begun[0]!();
	await first;
	expect(told).toBe(0);
	while (begun.length < 2) await Promise.resolve();
	begun[1]!();
	await Promise.all(others);
	expect([begun.length, most, told]).toEqual([2, 1, 3]);
});

test("what fails is told to those who asked for it; the next run is another", async () => {
	let runs = 0;
	const ask = runAfterRequest(() => (++runs === 1 ? Promise.reject(new Error("no")) : Promise.resolve()));
	const [first, second] = [ask(), ask()];
	await expect(first).rejects.toThrow("no");
	await second;
	await ask();
	expect(runs).toBe(3);
});
