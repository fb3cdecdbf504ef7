import { singleFlight } from "./single-flight";

const open = () => Promise.withResolvers<string>();
let joined = 0;
beforeEach(() => {
	joined = 0;
});
const make = () => singleFlight(() => (joined += 1));

test("who asks the same at once gets the same answer; who asks something else, or later, asks anew", async () => {
	const ask = make();
	const [first, other] = [open(), open()];
	const both = [ask("a", 0, () => first.promise), ask("a", 249, () => Promise.resolve("never"))];
	const another = ask("b", 0, () => other.promise);
	other.resolve("other");
	first.resolve("first");
	expect(await Promise.all([...both, another])).toEqual(["first", "first", "other"]);
	expect(await ask("a", 249, () => Promise.resolve("again"))).toBe("again");
	expect(joined).toBe(1);
});

test("a refusal is everybody's, and nobody's later", async () => {
	const ask = make();
	const first = open();
	const both = [ask("a", 0, () => first.promise), ask("a", 0, () => Promise.resolve("never"))];
	first.reject(new Error("none"));
	expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
	expect(await ask("a", 0, () => Promise.resolve("again"))).toBe("again");
});

test("nobody waits long for an answer that may never come; what comes late takes no other's place", async () => {
	const ask = make();
	const [stuck, second] = [open(), open()];
	const late = ask("a", 0, () => stuck.promise);
	const next = ask("a", 250, () => second.promise);
	stuck.resolve("stuck");
	expect(await late).toBe("stuck");
	const third = ask("a", 260, () => Promise.resolve("never"));
	second.resolve("second");
	expect(await Promise.all([next, third])).toEqual(["second", "second"]);
});
