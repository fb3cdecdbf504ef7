import { interleave } from "./interleave";

test("slices go one at a time, forwards and backwards in turn", async () => {
	const done: string[] = [];
	let running = 0;
	const slice = (name: string) => async () => {
		running += 1;
		expect(running).toBe(1);
		await Promise.resolve();
		done.push(name);
		running -= 1;
	};
	await interleave([slice("a"), slice("b"), slice("c")], 3);
	expect(done.join("")).toBe("abccbaabc");
});

test("a slice that fails ends the run", async () => {
	const never = jest.fn(() => Promise.resolve());
	await expect(interleave([() => Promise.reject(new Error("no")), never], 2)).rejects.toThrow("no");
	expect(never).not.toHaveBeenCalled();
});
