import { createHmac, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { sign as signJwt } from "jsonwebtoken";
import { accessTokens, LIFETIME_SECONDS } from "./access-tokens";
import { keyFor } from "./signing-keys";
import { mailTokens } from "./mail-tokens";
import { refreshTokens } from "./refresh-tokens";

const SECRET = "a secret that is only of these tests, and long";
const NOW = 1_800_000_000_000;
const NOW_SECONDS = NOW / 1_000;
const holder = { userId: "usr_a", role: "support", sessionId: "ses_1" } as const;

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, "base64url").toString());

describe("an access token", () => {
	const tokens = accessTokens(SECRET);
	const token = tokens.sign(holder, NOW);
	const [head = "", body = "", mac = ""] = token.split(".");
	const header = decode(head);
	const payload = decode(body);
	/** Signs with the real key, to test that each claim is checked. */
	const forged = (claims: object, headers: object = {}): string => {
		const unsigned = `${encode({ ...header, ...headers })}.${encode({ ...payload, ...claims })}`;
		return `${unsigned}.${createHmac("sha256", keyFor(SECRET, "access token")).update(unsigned).digest("base64url")}`;
	};
	const good = (text: string, now = NOW): boolean => tokens.verify(text, now) !== undefined;

	test("identifies its subject for 15 minutes", () => {
		expect(tokens.verify(token, NOW)).toEqual({ holder, expiresAt: (NOW_SECONDS + LIFETIME_SECONDS) * 1_000 });
		expect(header).toEqual({ alg: "HS256", typ: "at+jwt", kid: expect.any(String) });
		expect(payload).toMatchObject({ iss: "tianguis", aud: "tianguis", sub: "usr_a", exp: NOW_SECONDS + 900 });
		expect(good(token, NOW + 899_000)).toBe(true);
		expect(good(token, NOW + 900_000)).toBe(false);
	});

	test("the forged token is valid, so failures below are caused by the changed claim", () => {
		expect(good(forged({}))).toBe(true);
	});

	test.each([
		["of another issuer", { iss: "someone" }],
		["without an issuer", { iss: undefined }],
		["for another audience", { aud: "other" }],
		["without an audience", { aud: undefined }],
		["without an expiry", { exp: undefined }],
		["not valid yet", { nbf: NOW_SECONDS + 60 }],
		["with an unknown role", { role: "root" }],
		["without a session", { sid: undefined }],
		["without a subject", { sub: undefined }],
	])("%s is rejected", (_, claims) => {
		expect(good(forged(claims))).toBe(false);
	});

	test.each([
		["of another type", { typ: "JWT" }],
		["without a type", { typ: undefined }],
		["of another key", { kid: "../../dev/null" }],
		["with extensions that must be understood", { crit: ["exp"] }],
	])("%s is rejected", (_, headers) => {
		expect(good(forged({}, headers))).toBe(false);
	});

	test("keys within a token are ignored", () => {
		const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
		const jwk = publicKey.export({ format: "jwk" });
		for (const more of [{ jwk }, { jku: "https://attacker.example/keys" }, { x5u: "https://attacker.example/cert" }]) {
			const text = signJwt(payload, privateKey, { algorithm: "RS256", header: { ...header, alg: "RS256", ...more } });
			expect(good(text)).toBe(false);
		}
	});

	test.each(["none", "None", "NONE"])("alg %s is rejected with and without a signature", (alg) => {
		const unsigned = `${encode({ ...header, alg })}.${body}`;
		expect(good(`${unsigned}.`)).toBe(false);
		expect(good(`${unsigned}.${mac}`)).toBe(false);
		expect(good(unsigned)).toBe(false);
	});

	test("RS256, HS384 and HS512 are rejected", () => {
		const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
		expect(good(signJwt(payload, privateKey, { algorithm: "RS256", header: { ...header, alg: "RS256" } }))).toBe(false);
		for (const algorithm of ["HS384", "HS512"] as const) {
			const key = keyFor(SECRET, "access token");
			expect(good(signJwt(payload, key, { algorithm, header: { ...header, alg: algorithm } }))).toBe(false);
		}
	});

	test("with a key of another secret or purpose is rejected", () => {
		expect(accessTokens(`${SECRET}!`).verify(token, NOW)).toBeUndefined();
		const unsigned = `${head}.${body}`;
		expect(good(`${unsigned}.${createHmac("sha256", keyFor(SECRET, "mail token")).update(unsigned).digest("base64url")}`)).toBe(false);
		expect(good(`${unsigned}.${createHmac("sha256", SECRET).update(unsigned).digest("base64url")}`)).toBe(false);
	});

	test("is rejected if any byte is changed", () => {
		fc.assert(
			fc.property(fc.nat(Buffer.from(body, "base64url").length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
				const bytes = Buffer.from(body, "base64url");
				bytes[at] = bytes[at]! ^ flip;
				expect(good(`${head}.${bytes.toString("base64url")}.${mac}`)).toBe(false);
			}),
		);
	});

	test("any other text is rejected without an exception", () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.array(fc.base64String(), { minLength: 3, maxLength: 3 }).map((parts) => parts.join(".")),
				),
				(text) => !good(text),
			),
		);
	});
});

describe("a refresh token", () => {
	const tokens = refreshTokens(SECRET);
	const sessionId = `ses_${"0".repeat(44)}`;

	test("of a session of an older version is accepted", () => {
		const older = `ses_${"0".repeat(32)}`;
		expect(tokens.read(tokens.make(older).token)).toMatchObject({ sessionId: older });
	});

	test("contains its session, and is unique", () => {
		const [one, two] = [tokens.make(sessionId), tokens.make(sessionId)];
		expect(tokens.read(one.token)).toEqual({ sessionId, hash: one.hash });
		expect(one.token).not.toBe(two.token);
		expect(one.token).not.toContain(one.hash);
	});

	test("with an invalid signature is rejected", () => {
		const { token } = tokens.make(sessionId);
		const [id = "", part = "", mac = ""] = token.split(".");
		const other = `ses_${"1".repeat(44)}`;
		for (const text of ["", id, `${id}.${part}`, `${other}.${part}.${mac}`, `${id}.${"A".repeat(43)}.${mac}`, `${token}.`, ` ${token}`])
			expect(tokens.read(text)).toBeUndefined();
		expect(refreshTokens(`${SECRET}!`).read(token)).toBeUndefined();
	});
});

describe("a mail token", () => {
	const tokens = mailTokens(SECRET);
	const claim = { p: "passwordReset", u: "usr_a", r: "req_1", x: NOW + 1 } as const;

	test("is equal for equal claims and valid until it expires", () => {
		expect(tokens.make(claim)).toBe(tokens.make({ ...claim }));
		expect(tokens.read(tokens.make(claim), "passwordReset", NOW)).toEqual(claim);
		expect(tokens.read(tokens.make(claim), "passwordReset", NOW + 1)).toBeUndefined();
	});

	test("is rejected for another purpose", () => {
		expect(tokens.read(tokens.make(claim), "emailVerification", NOW)).toBeUndefined();
	});

	test("with an invalid signature is rejected", () => {
		const [body = "", mac = ""] = tokens.make(claim).split(".");
		const other = Buffer.from(JSON.stringify({ ...claim, u: "usr_b" })).toString("base64url");
		for (const text of ["", ".", body, `${other}.${mac}`, `${body}.${mac}.${mac}`, `${body}.`])
			expect(tokens.read(text, "passwordReset", NOW)).toBeUndefined();
	});
});
