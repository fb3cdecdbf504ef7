import { keyedQueue } from "./keyed-queue";

/** Work that ends when it is told to. */
const piece = (log: string[], name: string) => {
	const { promise, resolve, reject } = Promise.withResolvers<string>();
	const work = (): Promise<string> => {
		log.push(name);
		return promise;
	};
	return { work, end: () => resolve(name), fail: (cause: Error) => reject(cause) };
};

let log: string[];
beforeEach(() => {
	log = [];
});

test("work with one key runs in turn, also after a failure", async () => {
	const queue = keyedQueue();
	const [a, b, c] = [piece(log, "a"), piece(log, "b"), piece(log, "c")];
	const results = Promise.allSettled([a, b, c].map(({ work }) => queue.run("key", work)));
	expect(log).toEqual(["a"]); // the first begins at once
	c.end();
	a.fail(new Error("a"));
	b.end();
	expect((await results).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
	expect(log).toEqual(["a", "b", "c"]);
});

test("work with other keys does not wait", async () => {
	const queue = keyedQueue();
	const [a, b] = [piece(log, "a"), piece(log, "b")];
	const first = queue.run("one", a.work);
	b.end();
	await expect(queue.run("two", b.work)).resolves.toBe("b");
	expect(log).toEqual(["a", "b"]);
	a.end();
	await expect(first).resolves.toBe("a");
});

test("idle waits for all that is under way, and for what comes meanwhile", async () => {
	const queue = keyedQueue();
	await queue.idle();
	const [a, b] = [piece(log, "a"), piece(log, "b")];
	const ended: string[] = [];
	void queue.run("key", a.work).then(async (name) => {
		ended.push(name);
		b.end();
		ended.push(await queue.run("key", b.work));
	});
	const idle = queue.idle().then(() => [...log]);
	a.end();
	expect(await idle).toEqual(["a", "b"]);
});

test("more than maxQueued for one key are refused, until there is room again", async () => {
	const queue = keyedQueue({ maxQueued: 2, onFull: () => new RangeError("full") });
	const [a, b] = [piece(log, "a"), piece(log, "b")];
	const under = [queue.run("key", a.work), queue.run("key", b.work)];
	expect([queue.size("key"), queue.size("other")]).toEqual([2, 0]);
	await expect(queue.run("key", () => Promise.resolve())).rejects.toBeInstanceOf(RangeError);
	await expect(queue.run("other", () => Promise.resolve("free"))).resolves.toBe("free");
	a.end();
	b.end();
	await Promise.all(under);
	await expect(queue.run("key", () => Promise.resolve("free"))).resolves.toBe("free");
});
