import { commandsIn, difference, perUnit, redisCallsIn } from "./counts";

test("commands on data are told from those of monitors", () => {
	const counts = commandsIn({ metrics: { commands: { find: { total: 7 }, hello: { total: 99 }, insert: { total: 3 } } } });
	expect(counts).toMatchObject({ find: 7, insert: 3, update: 0 });
	expect(counts).not.toHaveProperty("hello");
});

test("calls of Redis are added up, sub-commands included and the question itself left out", () => {
	const text = "# Commandstats\r\ncmdstat_get:calls=5,usec=1\r\ncmdstat_client|setinfo:calls=2,usec=1\r\ncmdstat_info:calls=9,usec=1\r\n";
	expect(redisCallsIn(text)).toBe(7);
});

test("what idle time costs is taken off in proportion to time", () => {
	const busy = difference({ find: 100, insert: 5 }, { find: 400, insert: 55, update: 10 });
	expect(busy).toEqual({ find: 300, insert: 50, update: 10 });
	expect(perUnit(busy, 10_000, { find: 400, insert: 0 }, 20_000, 10)).toEqual({ find: 10, insert: 5, update: 1 });
});
