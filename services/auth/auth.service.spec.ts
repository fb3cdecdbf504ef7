import { createHmac } from "node:crypto";
import { Users } from "@services/users/users.contract";
import { accounts, asUser, NOW, PASSWORD, type Accounts } from "@tests/support/accounts";
import { describeWith, engines, freshNamespace } from "@tests/support/engines";
import { QUIET } from "@tests/support/world";
import { Auth, AuthEvents } from "./auth.contract";
import { keyFor } from "./signing-keys";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** @param freshEnv creates settings of an empty session storage */
const authWith = (freshEnv: () => Readonly<Record<string, string>>): void => {
	let shop: Accounts;
	const lines: string[] = [];
	const note = (message: string, fields: object = {}) => void lines.push(JSON.stringify({ message, ...fields }));
	let count = 0;
	const fresh = () => `customer-${++count}@example.com`;

	beforeAll(async () => {
		shop = await accounts({ env: { ...freshEnv(), RATE_LIMITS: "off" }, log: { ...QUIET, warn: note, error: note } });
	});
	afterAll(() => shop.stop());

	const login = (email: string, password = PASSWORD) => shop.ask(Auth.login, { email, password });
	const refresh = (refreshToken: string) => shop.ask(Auth.refresh, { refreshToken });
	const refused = (refreshToken: string) => shop.refusal(Auth.refresh, { refreshToken });
	const holder = (accessToken: string) => shop.ask(Auth.authenticate, { accessToken });

	/** Registers a customer and logs in. */
	const customer = async () => {
		const email = fresh();
		const user = await shop.register(email);
		return { email, user, tokens: await login(email) };
	};

	describe("login", () => {
		test("returns tokens for the user", async () => {
			const { user, tokens } = await customer();
			expect(tokens).toEqual({
				accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
				refreshToken: expect.any(String),
				tokenType: "Bearer",
				expiresIn: 900,
				user,
			});
			expect(await holder(tokens.accessToken)).toEqual({
				userId: user.id,
				role: "customer",
				sessionId: expect.stringMatching(/^ses_/),
			});
		});

		test("rejects a wrong password and an unknown address alike, and masks the address in the log", async () => {
			const { email } = await customer();
			for (const [tried, password] of [
				[email, "not-the-password"],
				["nobody-of-us@example.com", PASSWORD],
			] as const) {
				const outcome = shop.ask(Auth.login, { email: tried, password });
				await expect(outcome).rejects.toMatchObject({ type: "INVALID_CREDENTIALS", code: 401, data: {} });
			}
			expect(lines.filter((line) => line.includes("n***@example.com"))).toHaveLength(1);
			expect(lines.join("\n")).not.toMatch(/nobody-of-us|not-the-password|plum-cactus/);
		});

		test("register returns the same reply for an address that has an account", async () => {
			const { email } = await customer();
			const again = await shop.ask(Auth.register, { email, password: "another-good-one-7", name: "Eve" });
			expect(again).toEqual({ status: "accepted" });
			expect(await shop.refusal(Auth.login, { email, password: "another-good-one-7" })).toBe("INVALID_CREDENTIALS");
		});

		test("register reports why a password is rejected", async () => {
			const outcome = shop.ask(Auth.register, { email: fresh(), password: "short", name: "Ana" });
			await expect(outcome).rejects.toMatchObject({ type: "VALIDATION_FAILED", data: { errors: [{ path: "/password" }] } });
		});
	});

	describe("refresh", () => {
		test("returns new tokens of the same session and invalidates the old one", async () => {
			const { tokens } = await customer();
			const next = await refresh(tokens.refreshToken);
			expect(next.refreshToken).not.toBe(tokens.refreshToken);
			expect((await holder(next.accessToken))?.sessionId).toBe((await holder(tokens.accessToken))?.sessionId);
			expect(await refused(tokens.refreshToken)).toBe("INVALID_CREDENTIALS");
		});

		test("ends the session if a used token is presented", async () => {
			const { tokens } = await customer();
			const next = await refresh(tokens.refreshToken);
			shop.time.now += 1; // after the first refresh
			expect(await holder(next.accessToken)).not.toBeNull();
			expect(await refused(tokens.refreshToken)).toBe("INVALID_CREDENTIALS");
			expect(await refused(next.refreshToken)).toBe("INVALID_CREDENTIALS");
			expect(await holder(next.accessToken)).toBeNull();
		});

		test("of ten concurrent requests one succeeds, and its tokens are valid", async () => {
			const { tokens } = await customer();
			const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => refresh(tokens.refreshToken)));
			const winners = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
			expect(winners).toHaveLength(1);
			expect(await holder(winners[0]!.accessToken)).not.toBeNull();
			await refresh(winners[0]!.refreshToken);
		});

		test("a forged token does not end a session", async () => {
			const { tokens } = await customer();
			const [session = "", secret = "", seal = ""] = tokens.refreshToken.split(".");
			for (const text of [`${session}.${"A".repeat(43)}.${seal}`, `${session}.${secret}.${"A".repeat(43)}`, session, "x"])
				expect(await refused(text)).toBe("INVALID_CREDENTIALS");
			await refresh(tokens.refreshToken);
		});

		test("fails after 30 idle days, and has no limit while the session is used", async () => {
			const { tokens } = await customer();
			shop.time.now += 29 * DAY_MS;
			const next = await refresh(tokens.refreshToken);
			shop.time.now += 29 * DAY_MS;
			const last = await refresh(next.refreshToken);
			shop.time.now += 31 * DAY_MS;
			expect(await refused(last.refreshToken)).toBe("INVALID_CREDENTIALS");
		});
	});

	describe("the end of a session", () => {
		test("by logout affects one session, at once", async () => {
			const { email, tokens } = await customer();
			const other = await login(email);
			await shop.ask(Auth.logout, { refreshToken: tokens.refreshToken });
			expect(await holder(tokens.accessToken)).toBeNull();
			expect(await refused(tokens.refreshToken)).toBe("INVALID_CREDENTIALS");
			expect(await holder(other.accessToken)).not.toBeNull();
			await shop.ask(Auth.logout, { refreshToken: tokens.refreshToken });
			await shop.ask(Auth.logout, { refreshToken: "nonsense" });
		});

		test.each([{ disabled: true }, { role: "catalog" as const }])("by staff (%j) affects all sessions, at once", async (change) => {
			const { email, user, tokens } = await customer();
			const other = await login(email);
			await shop.ask(Users.update, { id: user.id, ...change });
			for (const { accessToken, refreshToken } of [tokens, other]) {
				expect(await holder(accessToken)).toBeNull();
				expect(await refused(refreshToken)).toBe("INVALID_CREDENTIALS");
			}
		});

		test("does not occur for a change without effect", async () => {
			const { user, tokens } = await customer();
			await shop.ask(Users.update, { id: user.id, role: "customer", disabled: false });
			expect(await holder(tokens.accessToken)).not.toBeNull();
		});

		test("by deletion takes effect at once", async () => {
			const { email, user, tokens } = await customer();
			await shop.ask(Users.deleteMe, {}, asUser(user));
			expect(await holder(tokens.accessToken)).toBeNull();
			expect(await refused(tokens.refreshToken)).toBe("INVALID_CREDENTIALS");
			expect(await shop.refusal(Auth.login, { email, password: PASSWORD })).toBe("INVALID_CREDENTIALS");
		});

		test("by a late event does not affect newer sessions", async () => {
			const { email, user, tokens } = await customer();
			await shop.ask(Users.setPassword, { userId: user.id, password: "quite-another-violin" });
			const after = await login(email, "quite-another-violin");
			await shop.ask(Auth.endSessions, { userId: user.id, stamp: 1, reason: "passwordChanged" });
			expect(await holder(tokens.accessToken)).toBeNull();
			expect(await holder(after.accessToken)).not.toBeNull();
		});

		test("affects sessions that begin at the same time", async () => {
			for (let round = 0; round < 5; round++) {
				const { email, user } = await customer();
				const [, ...begun] = await Promise.allSettled([
					shop.ask(Users.update, { id: user.id, disabled: true }),
					login(email),
					login(email),
				]);
				for (const outcome of begun) if (outcome.status === "fulfilled") expect(await holder(outcome.value.accessToken)).toBeNull();
			}
		});
	});

	describe("a password reset", () => {
		const asked = async () => {
			const { email, user, tokens } = await customer();
			await shop.ask(Auth.forgotPassword, { email: email.toUpperCase() });
			const { requestId } = await shop.fact(AuthEvents.passwordResetRequested, { userId: user.id });
			const mail = await shop.ask(Auth.mailToken, { purpose: "passwordReset", userId: user.id, requestId });
			return { email, user, tokens, requestId, token: mail!.token, minutes: mail!.expiresInMinutes };
		};
		const reset = (token: string, password = "quite-another-violin") => shop.refusal(Auth.resetPassword, { token, password });

		test("works once, replaces the password and ends all sessions", async () => {
			const { email, tokens, token, minutes } = await asked();
			expect(minutes).toBe(60);
			expect(await reset(token)).toBe("none");
			expect(await holder(tokens.accessToken)).toBeNull();
			expect(await refused(tokens.refreshToken)).toBe("INVALID_CREDENTIALS");
			expect(await shop.refusal(Auth.login, { email, password: PASSWORD })).toBe("INVALID_CREDENTIALS");
			const after = await login(email, "quite-another-violin");
			expect(await reset(token, "yet-another-violin-3")).toBe("INVALID_CREDENTIALS");
			await shop.relay.drained();
			expect(await holder(after.accessToken)).not.toBeNull();
		});

		test("succeeds once for two concurrent requests with one token", async () => {
			const { token } = await asked();
			const outcomes = await Promise.all([reset(token, "quite-another-violin-1"), reset(token, "quite-another-violin-2")]);
			expect(outcomes.sort()).toEqual(["INVALID_CREDENTIALS", "none"]);
		});

		test("with an unacceptable password does not consume the token", async () => {
			const { token } = await asked();
			expect(await reset(token, "passwordpassword")).toBe("VALIDATION_FAILED");
			expect(await reset(token)).toBe("none");
		});

		test("fails after an hour, and its mail is then not sent", async () => {
			const { user, requestId, token } = await asked();
			shop.time.now += 60 * MINUTE_MS;
			expect(await reset(token)).toBe("INVALID_CREDENTIALS");
			expect(await shop.ask(Auth.mailToken, { purpose: "passwordReset", userId: user.id, requestId })).toBeNull();
		});

		test("fails with an earlier token, or one from before a password change", async () => {
			const { email, user, token, requestId } = await asked();
			await shop.ask(Auth.forgotPassword, { email });
			expect(await reset(token)).toBe("INVALID_CREDENTIALS");
			await shop.relay.drained();
			const later = await shop.fact(AuthEvents.passwordResetRequested, { userId: user.id });
			expect(later.requestId).not.toBe(requestId);
			const mail = await shop.ask(Auth.mailToken, { purpose: "passwordReset", userId: user.id, requestId: later.requestId });
			await shop.ask(Users.setPassword, { userId: user.id, password: "changed-in-between-9" });
			expect(await reset(mail!.token)).toBe("INVALID_CREDENTIALS");
		});

		test("fails for an account that was disabled meanwhile", async () => {
			const { user, token } = await asked();
			await shop.ask(Users.update, { id: user.id, disabled: true });
			expect(await reset(token)).toBe("INVALID_CREDENTIALS");
		});

		test("is accepted for any address, and mailed to accounts at most five times an hour", async () => {
			const { email, user } = await customer();
			const disabled = await customer();
			await shop.ask(Users.update, { id: disabled.user.id, disabled: true });
			for (const tried of [...Array<string>(8).fill(email), disabled.email, fresh()])
				expect(await shop.ask(Auth.forgotPassword, { email: tried })).toEqual({ status: "accepted" });
			await shop.relay.drained();
			const mailed = shop.facts
				.filter(({ type }) => type === AuthEvents.passwordResetRequested.type)
				.map(({ data }) => data["userId"]);
			expect(mailed.filter((id) => id === user.id)).toHaveLength(5);
			expect(mailed).not.toContain(disabled.user.id);
		});

		test("takes the same time whether or not there is an account", async () => {
			const { email } = await customer();
			const time = async (tried: string) => {
				const started = performance.now();
				await shop.ask(Auth.forgotPassword, { email: tried });
				return performance.now() - started;
			};
			const [known, unknown] = [await time(email), await time(fresh())];
			expect(known).toBeGreaterThan(45);
			expect(unknown).toBeGreaterThan(45);
		});
	});

	describe("an e-mail address", () => {
		const mail = (userId: string) => shop.ask(Auth.mailToken, { purpose: "emailVerification", userId });

		test("is verified only by the token of its mail", async () => {
			const { user } = await customer();
			const { token } = (await mail(user.id))!;
			expect(await shop.refusal(Auth.verifyEmail, { token: `${token}x` })).toBe("INVALID_CREDENTIALS");
			expect(await shop.refusal(Auth.resetPassword, { token, password: "quite-another-violin" })).toBe("INVALID_CREDENTIALS");
			expect((await shop.ask(Users.lookup, { userId: user.id })).emailVerified).toBe(false);
			await shop.ask(Auth.verifyEmail, { token });
			await shop.ask(Auth.verifyEmail, { token });
			expect((await shop.ask(Users.lookup, { userId: user.id })).emailVerified).toBe(true);
			expect(await mail(user.id)).toBeNull();
		});

		test("is not verified for a deleted account or with an expired token", async () => {
			const { user } = await customer();
			const { token, expiresInMinutes } = (await mail(user.id))!;
			shop.time.now += expiresInMinutes * MINUTE_MS;
			expect(await shop.refusal(Auth.verifyEmail, { token })).toBe("INVALID_CREDENTIALS");
			const another = (await mail(user.id))!;
			await shop.ask(Users.deleteMe, {}, asUser(user));
			expect(await shop.refusal(Auth.verifyEmail, { token: another.token })).toBe("INVALID_CREDENTIALS");
			expect(await mail(user.id)).toBeNull();
		});
	});

	describe("an access token", () => {
		test("is valid for 15 minutes, cached or not", async () => {
			const { tokens } = await customer();
			expect(await holder(tokens.accessToken)).not.toBeNull();
			shop.time.now += 15 * MINUTE_MS;
			expect(await holder(tokens.accessToken)).toBeNull();
		});

		test("is rejected if it was modified, is a refresh token or has no session", async () => {
			const { user, tokens } = await customer();
			const [head = "", body = "", mac = ""] = tokens.accessToken.split(".");
			const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as object;
			const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
			const sealed = (unsigned: string) =>
				`${unsigned}.${createHmac("sha256", keyFor(shop.runtime.secret, "access token")).update(unsigned).digest("base64url")}`;
			const none = encode({ alg: "none", typ: "at+jwt" });
			const raised = encode({ ...claims, role: "admin" });
			for (const text of [
				tokens.refreshToken,
				`${head}.${raised}.${mac}`,
				`${none}.${body}.`,
				`${none}.${raised}.${mac}`,
				`${head}.${body}`,
				"",
				"a.b.c",
			])
				expect(await holder(text)).toBeNull();
			expect(await holder(sealed(`${head}.${body}`))).toMatchObject({ userId: user.id });
			expect(await holder(sealed(`${head}.${encode({ ...claims, sid: "ses_none" })}`))).toBeNull();
		});

		test("is verified cheaply, as every request needs it", async () => {
			const { tokens } = await customer();
			await holder(tokens.accessToken);
			const rounds = 2_000;
			const before = process.cpuUsage(); // processor time, which other programs on the machine do not change
			for (let round = 0; round < rounds; round++) await holder(tokens.accessToken);
			const { user, system } = process.cpuUsage(before);
			expect((user + system) / 1_000 / rounds).toBeLessThan(1);
		});
	});

	test("too many failed logins lock an account temporarily, whether or not it exists", async () => {
		const limited = await accounts({ env: freshEnv() });
		try {
			await limited.register("ana@example.com");
			for (const email of ["ana@example.com", "nobody@example.com"]) {
				const codes = await Promise.all(
					Array.from({ length: 12 }, () => limited.refusal(Auth.login, { email, password: "wrong" })),
				);
				expect(codes.filter((code) => code === "INVALID_CREDENTIALS")).toHaveLength(10);
				const outcome = limited.ask(Auth.login, { email: email.toUpperCase(), password: PASSWORD });
				await expect(outcome).rejects.toMatchObject({
					type: "RATE_LIMITED",
					code: 429,
					data: { retryAfterSeconds: expect.any(Number) },
				});
			}
			await limited.register("bo@example.com");
			await limited.ask(Auth.login, { email: "bo@example.com", password: PASSWORD });
		} finally {
			await limited.stop();
		}
	});

	test("active and ended sessions survive a restart, and old ones are removed", async () => {
		const env = freshEnv();
		const first = await accounts({ env });
		const user = await first.register("ana@example.com");
		const kept = await first.ask(Auth.login, { email: user.email, password: PASSWORD });
		const ended = await first.ask(Auth.login, { email: user.email, password: PASSWORD });
		await first.ask(Auth.logout, { refreshToken: ended.refreshToken });
		await first.pause();

		const second = await accounts({ env, folder: first.folder });
		try {
			expect(await second.ask(Auth.authenticate, { accessToken: kept.accessToken })).toMatchObject({ userId: user.id });
			expect(await second.ask(Auth.authenticate, { accessToken: ended.accessToken })).toBeNull();
			expect(second.time.now).toBe(NOW);
			await second.ask(Auth.refresh, { refreshToken: kept.refreshToken });
		} finally {
			await second.stop();
		}
	});
};

describe("with sessions in the store", () => {
	authWith(() => ({}));
});

describeWith("redis", "with sessions in Redis", () => {
	authWith(() => ({ REDIS_URL: engines().redisUrl!, NAMESPACE: freshNamespace() }));
});
