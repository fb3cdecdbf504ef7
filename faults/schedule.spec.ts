import { seededRandom } from "./seeded-random";
import { schedule } from "./schedule";

const TARGETS = { nodes: ["a", "b"], links: ["l"], engines: ["e"], freezeMs: 4_000 };

test("the same seed gives the same faults", () => {
	expect(schedule(seededRandom("s"), 10, TARGETS)).toEqual(schedule(seededRandom("s"), 10, TARGETS));
	expect(schedule(seededRandom("s"), 10, TARGETS)).not.toEqual(schedule(seededRandom("t"), 10, TARGETS));
});

test("what one draws does not depend on how often another did", () => {
	const [one, other] = [seededRandom("s"), seededRandom("s")];
	one.int(0, 9);
	expect(one.fork("x").int(0, 1e9)).toBe(other.fork("x").int(0, 1e9));
});

test("faults come in time, of every kind, and only where there is something to make them in", () => {
	const all = schedule(seededRandom("s"), 30, TARGETS);
	expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(["kill", "term", "freeze", "cut", "sever", "hang", "delay", "crash"]));
	for (const { atMs } of all) expect(atMs).toBeLessThan(30 * 60_000);
	const few = schedule(seededRandom("s"), 30, { ...TARGETS, links: [], engines: [] });
	expect(new Set(few.map(({ target }) => target))).toEqual(new Set(["a", "b"]));
});
