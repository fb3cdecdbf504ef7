import { serverClock } from "./server-clock";

test("tells the server's time, whatever this machine's clock says", async () => {
	let [monotonic, server] = [1_000, 5_000_000];
	const machine = { now: () => 77, monotonic: () => monotonic };
	const clock = serverClock(() => {
		monotonic += 10; // request and reply take 10 ms together
		server += 5;
		return Promise.resolve(server);
	}, machine);
	expect(clock.now()).toBe(77);
	await clock.sync();
	expect(clock.now()).toBe(5_000_010);
	monotonic += 500;
	expect(clock.now()).toBe(5_000_510);
});
