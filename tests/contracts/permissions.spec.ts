import type { Permission, Role } from "@kernel/access";
import { isErrorCode } from "@kernel/errors";
import { ACTIONS, EVENTS, SERVICE_FACTORIES } from "@services/index";
import { ADMIN, admin, client, login, type Client } from "@tests/support/shopper";
import { world, type World } from "@tests/support/world";

type Who = "guest" | Role;

/** The table is written out, not derived from the access policy, so that a changed policy fails here. */
const WHO: readonly Who[] = ["guest", "customer", "catalog", "support", "fulfilment", "admin"];
const LOGGED_IN: readonly Who[] = ["customer", "catalog", "support", "fulfilment", "admin"];
const STAFF: readonly Who[] = ["catalog", "support", "fulfilment", "admin"];
const CATALOG: readonly Who[] = ["catalog", "admin"];
const SUPPORT: readonly Who[] = ["support", "admin"];
const FULFILMENT: readonly Who[] = ["fulfilment", "admin"];
const ORDER_STAFF: readonly Who[] = ["support", "fulfilment", "admin"];
const ADMIN_ONLY: readonly Who[] = ["admin"];

const ALLOWED: Readonly<Record<string, readonly Who[]>> = {
	"POST /v1/auth/register": WHO,
	"POST /v1/auth/login": WHO,
	"POST /v1/auth/refresh": WHO,
	"POST /v1/auth/logout": WHO,
	"POST /v1/auth/password/forgot": WHO,
	"POST /v1/auth/password/reset": WHO,
	"POST /v1/auth/email/verify": WHO,

	"GET /v1/products": WHO,
	"GET /v1/products/{handleOrId}": WHO,
	"GET /v1/categories": WHO,

	"POST /v1/carts": WHO,
	"GET /v1/carts/{cartId}": WHO,
	"PATCH /v1/carts/{cartId}": WHO,
	"POST /v1/carts/{cartId}/lines": WHO,
	"PATCH /v1/carts/{cartId}/lines/{lineId}": WHO,
	"DELETE /v1/carts/{cartId}/lines/{lineId}": WHO,
	"GET /v1/carts/{cartId}/shipping-options": WHO,
	"POST /v1/carts/{cartId}/checkout": WHO,
	"GET /v1/orders/{id}": WHO,
	"POST /v1/payments/webhooks/{provider}": WHO,

	"POST /v1/carts/{cartId}/claim": LOGGED_IN,
	"GET /v1/me": LOGGED_IN,
	"PATCH /v1/me": LOGGED_IN,
	"DELETE /v1/me": LOGGED_IN,
	"GET /v1/me/export": LOGGED_IN,
	"GET /v1/me/cart": LOGGED_IN,
	"GET /v1/me/orders": LOGGED_IN,
	"GET /v1/me/addresses": LOGGED_IN,
	"POST /v1/me/addresses": LOGGED_IN,
	"PATCH /v1/me/addresses/{id}": LOGGED_IN,
	"DELETE /v1/me/addresses/{id}": LOGGED_IN,

	"GET /v1/admin/products": STAFF,
	"GET /v1/admin/products/{id}": STAFF,
	"POST /v1/admin/products": CATALOG,
	"PATCH /v1/admin/products/{id}": CATALOG,
	"DELETE /v1/admin/products/{id}": CATALOG,
	"POST /v1/admin/products/import": CATALOG,
	"GET /v1/admin/products/export": CATALOG,
	"GET /v1/admin/stock/{sku}": STAFF,
	"POST /v1/admin/stock/{sku}/adjustments": CATALOG,

	"GET /v1/admin/orders": ORDER_STAFF,
	"GET /v1/admin/orders/{id}": ORDER_STAFF,
	"POST /v1/admin/orders/{id}/cancel": SUPPORT,
	"POST /v1/admin/orders/{id}/refunds": SUPPORT,
	"POST /v1/admin/orders/{id}/capture": ADMIN_ONLY,
	"POST /v1/admin/orders/{id}/shipments": FULFILMENT,
	"POST /v1/admin/shipments/{id}/deliver": FULFILMENT,

	"GET /v1/admin/payments/test/ledger": ADMIN_ONLY,
	"GET /v1/admin/users": SUPPORT,
	"PATCH /v1/admin/users/{id}": ADMIN_ONLY,
	"GET /v1/admin/audit": ADMIN_ONLY,
	"GET /v1/admin/dead-letters": ADMIN_ONLY,
	"POST /v1/admin/dead-letters/{id}/replay": ADMIN_ONLY,
};

/** A request that changes nothing, whoever sends it: permission is decided before parameters are validated. */
const requestTo = (route: string): readonly [method: string, path: string] => {
	const [method = "", template = ""] = route.split(" ");
	const path = template.replaceAll(/\{\w+\}/g, "none");
	// Without an unknown parameter, DELETE /v1/me would remove the account that sends the requests.
	return [method, method === "DELETE" ? `${path}?unknown=1` : path];
};

const ROUTES = ACTIONS.flatMap(({ rest }) => (rest === null ? [] : [rest]));
const OPEN_PERMISSIONS: readonly Permission[] = ["public", "customer", "internal"];

describe("who may use which route", () => {
	let shop: World;
	const clients = new Map<Who, Client>();

	beforeAll(async () => {
		shop = await world(Object.values(SERVICE_FACTORIES), {
			env: { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, RATE_LIMITS: "off" },
			events: EVENTS,
		});
		await shop.broker.call("users.ensureAdmin", {});
		const gateway = shop.broker.getLocalService("gateway") as unknown as { server: { address(): { port: number } } };
		const guest = client({ url: `http://127.0.0.1:${gateway.server.address().port}` });
		const administrator = await admin(guest);
		clients.set("guest", guest).set("admin", administrator);
		for (const role of ["customer", "catalog", "support", "fulfilment"] as const) {
			const account = { email: `${role}@example.com`, password: `a very long password of ${role}` };
			await guest("POST", "/v1/auth/register", { ...account, name: role });
			if (role !== "customer") {
				const user = await shop.broker.call<{ id: string }, object>("users.lookupByEmail", { email: account.email });
				const assigned = await administrator("PATCH", `/v1/admin/users/${user.id}`, { role });
				if (assigned.status !== 200) throw new Error(`assigning ${role} answered ${assigned.status}: ${assigned.text}`);
			}
			clients.set(role, await login(guest, account));
		}
	}, 60_000);
	afterAll(() => shop.stop());

	test("the table has a row for each route, and no other", () => {
		expect(Object.keys(ALLOWED).sort()).toEqual([...ROUTES].sort());
	});

	test("only routes of the staff need more than a login", () => {
		const restricted = ACTIONS.filter(({ rest, permission }) => rest !== null && !OPEN_PERMISSIONS.includes(permission));
		expect(restricted.map(({ rest }) => rest).filter((rest) => rest?.includes(" /v1/admin/") !== true)).toEqual([]);
	});

	test.each(WHO)("a %s is refused exactly where the table says so", async (who) => {
		const api = clients.get(who)!;
		const refusal = who === "guest" ? [401, "UNAUTHENTICATED"] : [403, "FORBIDDEN"];
		const wrong: unknown[] = [];
		for (const route of ROUTES) {
			const [method, path] = requestTo(route);
			const { status, body } = await api<{ code?: string } | undefined>(method, path);
			const code = body?.code;
			const isRefused = code === "UNAUTHENTICATED" || code === "FORBIDDEN";
			const isRight = ALLOWED[route]?.includes(who) === true ? !isRefused : status === refusal[0] && code === refusal[1];
			const isAnswered = status < 500 && (code === undefined || isErrorCode(code));
			if (!isRight || !isAnswered) wrong.push({ route, status, code });
		}
		expect(wrong).toEqual([]);
	});

	test("a token that is not valid is refused on every route, also where a guest is allowed", async () => {
		const api = clients.get("guest")!.as("not-a-token");
		const accepted: unknown[] = [];
		for (const route of ROUTES) {
			const { status, body } = await api<{ code?: string } | undefined>(...requestTo(route));
			if (status !== 401 || body?.code !== "UNAUTHENTICATED") accepted.push({ route, status });
		}
		expect(accepted).toEqual([]);
	});

	test("an action without a route cannot be reached by its name", async () => {
		const { status } = await clients.get("admin")!("POST", "/users/ensureAdmin", {});
		expect(status).toBe(404);
	});
});
