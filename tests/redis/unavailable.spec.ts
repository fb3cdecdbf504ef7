import { randomUUID } from "node:crypto";
import { readFolderSnapshot } from "../../cli/check/snapshot";
import { checkInvariants } from "../../cli/check/invariants";
import { describeWith, freshNamespace } from "../support/engines";
import { empty, openRedis, redisProxy } from "../support/redis";
import {
	admin,
	cartWith,
	checkout,
	client,
	orderOf,
	product,
	readyCart,
	type Client,
	type PlacedOrder,
	type Problem,
	type Reply,
} from "../support/shopper";
import { startFullProgram, type FullProgram } from "../support/full-program";
import { eventually } from "../support/world";

const PASSWORD = "plum-cactus-violin";
/** Maximum time in which a request that needs Redis must fail while Redis does not respond. */
const MAX_WAIT_MS = 2_000;

interface Tokens {
	readonly accessToken: string;
	readonly refreshToken: string;
}

/** The whole shop, with a faulty link to Redis. */
describeWith("redis", "a shop whose Redis", () => {
	const namespace = freshNamespace();
	let way: Awaited<ReturnType<typeof redisProxy>>;
	let shop: FullProgram;
	let api: Client;
	let sku: string;

	beforeAll(async () => {
		way = await redisProxy();
		shop = await startFullProgram({ REDIS_URL: way.url, NAMESPACE: namespace, RATE_LIMITS: "on" });
		api = client(shop);
		sku = await product(await admin(api), { stock: 100 });
	}, 60_000);
	const mend = async (): Promise<void> => {
		way.mend();
		await eventually(() => shop.runtime.redis!.client.status === "ready", "Redis is back");
	};
	afterEach(mend);
	afterAll(async () => {
		const { violations } = checkInvariants(await readFolderSnapshot(shop.runtime.settings.dataDir));
		await shop.stop();
		await way.close();
		expect(violations).toEqual([]);
	});

	const customer = async () => {
		const email = `${randomUUID()}@example.com`;
		expect((await api("POST", "/v1/auth/register", { email, password: PASSWORD, name: "Ana" })).status).toBe(202);
		const login = () => api<Tokens>("POST", "/v1/auth/login", { email, password: PASSWORD });
		const { status, body } = await login();
		expect(status).toBe(200);
		const me = () => api.as(body.accessToken)("GET", "/v1/me");
		const refresh = () => api<Tokens>("POST", "/v1/auth/refresh", { refreshToken: body.refreshToken });
		return { login, me, refresh };
	};
	const buys = async (): Promise<PlacedOrder> => {
		expect((await api("GET", "/v1/products")).status).toBe(200);
		const { status, body } = await checkout(api, (await readyCart(api, [sku, 1])).id);
		expect([status, body.status]).toEqual([201, "confirmed"]);
		return body;
	};
	const timed = async <T>(work: () => Promise<T>): Promise<{ readonly answer: T; readonly ms: number }> => {
		const begun = performance.now();
		return { answer: await work(), ms: performance.now() - begun };
	};
	const unavailable = async (work: () => Promise<Reply<unknown>>): Promise<void> => {
		const { answer, ms } = await timed(work);
		expect([answer.status, (answer.body as Problem).code, answer.headers["retry-after"]]).toEqual([503, "UNAVAILABLE", "1"]);
		expect(ms).toBeLessThan(MAX_WAIT_MS);
	};

	describe.each([
		["is cut off", () => way.sever()],
		["hangs", () => way.hang()],
	])("%s", (_, breaks) => {
		test("has nobody logged in, and nobody logged out", async () => {
			const { login, me, refresh } = await customer();
			breaks();
			for (const ask of [me, login, refresh, me]) await unavailable(ask);
			await mend();
			expect((await me()).status).toBe(200);
			expect((await login()).status).toBe(200);
			expect((await refresh()).status).toBe(200);
		});

		test("sells to guests as before", async () => {
			breaks();
			const { answer: order, ms } = await timed(buys);
			expect(ms).toBeLessThan(2 * MAX_WAIT_MS);
			expect(await orderOf(api, order)).toMatchObject({ status: "confirmed", paymentStatus: "captured" });
			const second = await timed(() => cartWith(api, [sku, 1]));
			expect(second.ms).toBeLessThan(700);
		});

		test("lets nobody guess without end", async () => {
			const email = `${randomUUID()}@example.com`;
			breaks();
			const statuses = [];
			for (let n = 0; n < 11; n++) statuses.push((await api("POST", "/v1/auth/login", { email, password: "wrong" })).status);
			expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
		});
	});

	test("was emptied has forgotten who was logged in, and nothing else", async () => {
		const before = await customer();
		const order = await buys();
		const cart = await cartWith(api, [sku, 2]);
		const redis = await openRedis(namespace);
		await empty(redis, namespace);
		redis.close();

		expect([(await before.me()).status, (await before.refresh()).status]).toEqual([401, 401]);
		const { status, body } = await before.login();
		expect(status).toBe(200);
		expect((await api.as(body.accessToken)("GET", "/v1/me")).status).toBe(200);
		expect(await orderOf(api, order)).toMatchObject({ status: "confirmed" });
		expect((await api("GET", `/v1/carts/${cart.id}`)).status).toBe(200);
	});
});
