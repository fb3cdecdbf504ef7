import { Users } from "@services/users/users.contract";
import { accounts, NOW, PASSWORD, type Accounts } from "@tests/support/accounts";
import { describeWith, freshNamespace } from "@tests/support/engines";
import { redisProxy } from "@tests/support/redis";
import { eventually } from "@tests/support/world";
import { Auth } from "./auth.contract";

const MINUTE_MS = 60_000;

describeWith("redis", "while Redis is unavailable", () => {
	let way: Awaited<ReturnType<typeof redisProxy>>;
	let shop: Accounts;

	beforeEach(async () => {
		way = await redisProxy();
		shop = await accounts({ env: { REDIS_URL: way.url, NAMESPACE: freshNamespace() } });
	});
	afterEach(async () => {
		await shop.stop();
		await way.close();
	});

	const begun = async () => {
		const user = await shop.register("ana@example.com");
		return { user, tokens: await shop.ask(Auth.login, { email: user.email, password: PASSWORD }) };
	};

	test("valid requests fail with UNAVAILABLE, and a wrong password is still rejected", async () => {
		const { user, tokens } = await begun();
		way.sever();
		const { accessToken, refreshToken } = tokens;
		expect(await shop.refusal(Auth.authenticate, { accessToken })).toBe("UNAVAILABLE");
		expect(await shop.refusal(Auth.refresh, { refreshToken })).toBe("UNAVAILABLE");
		expect(await shop.refusal(Auth.logout, { refreshToken })).toBe("UNAVAILABLE");
		expect(await shop.refusal(Auth.login, { email: user.email, password: PASSWORD })).toBe("UNAVAILABLE");
		expect(await shop.refusal(Auth.login, { email: user.email, password: "wrong" })).toBe("INVALID_CREDENTIALS");
		expect(await shop.refusal(Auth.authenticate, { accessToken: "nonsense" })).toBe("none");
	});

	test("an account can be secured, and its sessions end when Redis is available again", async () => {
		const { user, tokens } = await begun();
		way.sever();
		await shop.ask(Users.update, { id: user.id, disabled: true });
		await shop.relay.drained();
		way.mend();
		const { accessToken } = tokens;
		await eventually(async () => {
			shop.time.now += 200; // the event is redelivered when its retry is due
			return (await shop.ask(Auth.authenticate, { accessToken }).catch(() => undefined)) === null;
		}, "the session has ended");
		expect(shop.time.now - NOW).toBeLessThan(14 * MINUTE_MS); // before the token expires
	});

	test("a refresh checks the account independently of Redis", async () => {
		const { user, tokens } = await begun();
		way.sever();
		await shop.ask(Users.setPassword, { userId: user.id, password: "quite-another-violin" });
		way.mend();
		const { refreshToken } = tokens;
		const code = await eventually(async () => {
			const refusal = await shop.refusal(Auth.refresh, { refreshToken });
			return refusal !== "UNAVAILABLE" && refusal;
		}, "Redis is back");
		expect(code).toBe("INVALID_CREDENTIALS");
	});
});
