import { eventually } from "@tests/support/world";
import { onTurn } from "./event-loop-turns";

const spin = (ms: number): void => {
	for (const end = performance.now() + ms; performance.now() < end;);
};
const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const timeout = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const watched = () => {
	const walls: number[] = [];
	const works: number[] = [];
	const stop = onTurn({ took: (ms) => void walls.push(ms), worked: (ms) => void works.push(ms) });
	return { walls, works, stop };
};

test("a turn is as long as all that runs in it, in whichever phase", async () => {
	const { walls, stop } = watched();
	await immediate();
	spin(30);
	await immediate();
	await timeout(1);
	spin(30);
	await immediate();
	await immediate();
	stop();
	expect(walls.filter((ms) => ms >= 30).length).toBeGreaterThanOrEqual(2);
});

test("the time in which the loop waits for events is no turn", async () => {
	const { walls, stop } = watched();
	await timeout(400);
	await timeout(400);
	await immediate();
	stop();
	const sum = walls.reduce((total, ms) => total + ms, 0);
	expect(walls.length).toBeGreaterThan(1);
	expect(sum).toBeLessThan(400);
});

test("the work of a turn is its processor time, without garbage collections", async () => {
	const { walls, works, stop } = watched();
	await immediate();
	const sleep = new Int32Array(new SharedArrayBuffer(4));
	Atomics.wait(sleep, 0, 0, 200); // the thread holds the loop, and uses no processor
	await eventually(() => walls.some((ms) => ms >= 190));
	await immediate();
	await immediate();
	expect(works.length).toBeGreaterThan(0);
	expect(Math.max(...works)).toBeLessThan(190);
	stop();
});

test("the work of a turn is known to a millisecond or two, however short it was", async () => {
	const { works, stop } = watched();
	const used = (): number => {
		const { user, system } = process.cpuUsage();
		return (user + system) / 1_000;
	};
	await immediate();
	const before = used();
	while (used() - before < 12); // of the whole process: at least as much as this thread's
	for (let turn = 0; turn < 4; turn++) await immediate();
	stop();
	expect(Math.max(...works)).toBeGreaterThan(6);
	expect(Math.max(...works)).toBeLessThan(18);
});

test("each turn is told to every listener, until it ends its watch", async () => {
	const first = watched();
	const second = watched();
	await immediate();
	first.stop();
	const known = first.walls.length;
	await immediate();
	await immediate();
	expect(known).toBeGreaterThan(0);
	expect(first.walls).toHaveLength(known);
	expect(second.walls.length).toBeGreaterThan(known);
	second.stop();
	const last = second.walls.length;
	await timeout(5);
	expect(second.walls).toHaveLength(last);
});

test("a watch does not wake an idle process", async () => {
	const { walls, stop } = watched();
	await timeout(1);
	walls.splice(0);
	await timeout(300);
	stop();
	expect(walls.length).toBeLessThan(10);
});
