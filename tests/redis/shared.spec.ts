import { randomUUID } from "node:crypto";
import { describeWith, engines, freshDatabase, freshNamespace } from "../support/engines";
import { admin, client, type Client } from "../support/shopper";
import { startFullProgram, type FullProgram } from "../support/full-program";

const PASSWORD = "plum-cactus-violin";

interface Tokens {
	readonly accessToken: string;
	readonly refreshToken: string;
	readonly user: { readonly id: string };
}

/** Two programs over one store and one Redis. A client sees the same shop through either. */
describeWith("redis", "mongodb", "two gateways over one Redis", () => {
	let shops: readonly FullProgram[];
	let a: Client;
	let b: Client;

	beforeAll(async () => {
		const env = {
			REDIS_URL: engines().redisUrl!,
			MONGO_URL: freshDatabase(engines().mongoUrl!),
			NAMESPACE: freshNamespace(),
			RATE_LIMITS: "on",
		};
		shops = [await startFullProgram(env), await startFullProgram(env)];
		[a, b] = shops.map((shop) => client(shop)) as [Client, Client];
	}, 60_000);
	afterAll(() => Promise.all(shops.map((shop) => shop.stop())));

	const login = (api: Client, email: string, password = PASSWORD) => api<Tokens>("POST", "/v1/auth/login", { email, password });
	const refresh = (api: Client, refreshToken: string) => api<Tokens>("POST", "/v1/auth/refresh", { refreshToken });
	const me = async (api: Client, { accessToken }: Tokens) => (await api.as(accessToken)("GET", "/v1/me")).status;
	const customer = async (api: Client) => {
		const email = `${randomUUID()}@example.com`;
		await api("POST", "/v1/auth/register", { email, password: PASSWORD, name: "Ana" });
		return { email, tokens: (await login(api, email)).body };
	};

	test("a login at one is one at both, and so is a logout", async () => {
		const { tokens } = await customer(a);
		expect([await me(a, tokens), await me(b, tokens)]).toEqual([200, 200]);
		expect((await b("POST", "/v1/auth/logout", { refreshToken: tokens.refreshToken })).status).toBe(204);
		expect([await me(a, tokens), await me(b, tokens)]).toEqual([401, 401]);
	});

	test("of ten refreshes at both at once one wins, and a token used twice ends the session at both", async () => {
		const { tokens } = await customer(a);
		const all = await Promise.all(Array.from({ length: 10 }, (_, n) => refresh(n % 2 ? a : b, tokens.refreshToken)));
		const won = all.filter(({ status }) => status === 200);
		expect(won).toHaveLength(1);
		expect(all.filter(({ status }) => status === 401)).toHaveLength(9);
		const next = await refresh(a, won[0]!.body.refreshToken);
		expect([next.status, await me(b, next.body)]).toEqual([200, 200]);
	});

	test("an account that staff disable at one is out at the other", async () => {
		const { tokens } = await customer(b);
		const staff = await admin(a);
		expect((await staff("PATCH", `/v1/admin/users/${tokens.user.id}`, { disabled: true })).status).toBe(200);
		expect([await me(a, tokens), await me(b, tokens)]).toEqual([401, 401]);
		expect((await refresh(b, tokens.refreshToken)).status).toBe(401);
	});

	test("ten failed logins are ten, wherever they are tried", async () => {
		const { email } = await customer(a);
		const wrong = await Promise.all(Array.from({ length: 14 }, (_, n) => login(n % 2 ? a : b, email, "wrong")));
		expect(wrong.filter(({ status }) => status === 401)).toHaveLength(10);
		expect(wrong.filter(({ status }) => status === 429)).toHaveLength(4);
		for (const api of [a, b]) {
			const { status, headers } = await login(api, email);
			expect(status).toBe(429);
			expect(Number(headers["retry-after"])).toBeGreaterThan(0);
		}
	});
});
