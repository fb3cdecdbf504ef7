import { boundedPool, concurrencyLimit } from "./bounded-pool";

const piece = (log: string[], name: string) => {
	const { promise, resolve, reject } = Promise.withResolvers<undefined>();
	const work = async (): Promise<void> => {
		log.push(name);
		await promise;
	};
	return { work, end: () => resolve(undefined), fail: (cause: Error) => reject(cause) };
};

let log: string[];
beforeEach(() => {
	log = [];
});

describe("a concurrency limit", () => {
	test("lets the others wait in the order of the calls, also after a failure", async () => {
		const limited = concurrencyLimit(1);
		const [a, b, c] = [piece(log, "a"), piece(log, "b"), piece(log, "c")];
		const results = Promise.allSettled([a, b, c].map(({ work }) => limited(work)));
		c.end();
		b.end();
		a.fail(new Error("a"));
		expect((await results).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
		expect(log).toEqual(["a", "b", "c"]);
		await expect(limited(() => Promise.resolve(1))).resolves.toBe(1);
	});

	test("runs as many at once as it says, and refuses more than may wait", async () => {
		const limited = concurrencyLimit(2, { maxQueued: 1, onFull: () => new RangeError("full") });
		const [a, b, c] = [piece(log, "a"), piece(log, "b"), piece(log, "c")];
		const results = [limited(a.work), limited(b.work), limited(c.work)];
		await expect(limited(() => Promise.resolve())).rejects.toBeInstanceOf(RangeError);
		expect(log).toEqual(["a", "b"]);
		a.end();
		await results[0];
		b.end();
		c.end();
		await Promise.all(results);
		expect(log).toEqual(["a", "b", "c"]);
	});
});

describe("a bounded pool", () => {
	test("holds its producer back while it is full", async () => {
		const pool = boundedPool(1);
		const [a, b] = [piece(log, "a"), piece(log, "b")];
		await pool.add(a.work);
		expect(pool.running()).toHaveLength(1);
		const added = pool.add(b.work);
		expect(log).toEqual(["a"]);
		a.end();
		await added;
		expect(log).toEqual(["a", "b"]);
		b.end();
		await pool.done();
		expect(pool.running()).toEqual([]);
	});

	test("throws what a piece of work threw, and begins no other", async () => {
		const pool = boundedPool(1);
		const cause = new Error("x");
		await pool.add(() => Promise.reject(cause));
		await expect(pool.add(piece(log, "b").work)).rejects.toBe(cause);
		await expect(pool.done()).rejects.toBe(cause);
		expect(log).toEqual([]);
	});
});
