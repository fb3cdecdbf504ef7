import { COST, format, isOutdated, parse } from "./domain/phc";
import { passwordHasher } from "./password-hashing";

const { hash, verify } = passwordHasher();

test("a hash is a PHC string with its parameters", async () => {
	const phc = await hash("plum-cactus-violin");
	expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
	expect(parse(phc)).toMatchObject(COST);
	expect(format(parse(phc)!)).toBe(phc);
});

test("each hash of a password is different and verifies it", async () => {
	const [one, two] = await Promise.all([hash("plum-cactus-violin"), hash("plum-cactus-violin")]);
	expect(one).not.toBe(two);
	expect(await verify("plum-cactus-violin", one)).toBe(true);
	expect(await verify("plum-cactus-violin", two)).toBe(true);
	expect(await verify("plum-cactus-violim", one)).toBe(false);
});

test("equivalent characters verify alike", async () => {
	expect(await verify("cafe\u0301 de olla de barro", await hash("caf\u00e9 de olla de barro"))).toBe(true);
});

test("hashes with other parameters verify and are outdated", async () => {
	// From the Argon2 reference implementation: password "password", salt "somesalt", 2 passes, 64 MiB, 1 lane.
	const foreign = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
	expect(await verify("password", foreign)).toBe(true);
	expect(await verify("passwore", foreign)).toBe(false);
	expect(isOutdated(foreign)).toBe(true);
	expect(isOutdated(await hash("plum-cactus-violin"))).toBe(false);
});

test.each([undefined, "", "phc", "$2b$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=0,t=0,p=0$$"])(
	"no password matches %j",
	async (phc) => {
		expect(await verify("plum-cactus-violin", phc)).toBe(false);
	},
);

test("a full queue rejects with UNAVAILABLE, and the waiting tasks complete", async () => {
	const small = passwordHasher(1, 3);
	const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => small.hash("plum-cactus-violin")));
	expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "fulfilled", "rejected", "rejected"]);
	expect((outcomes[5] as PromiseRejectedResult).reason).toMatchObject({ type: "UNAVAILABLE", retryable: true });
	expect(await small.verify("plum-cactus-violin", await small.hash("plum-cactus-violin"))).toBe(true);
});
