import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { Type } from "@sinclair/typebox";
import type { ServiceSchema } from "moleculer";
import type { Log, Runtime } from "@config/runtime";
import type { Clock } from "@kernel/clock";
import { action, type ActionContract } from "@kernel/contract";
import { derivedId, randomId } from "@kernel/ids";
import { reject } from "@kernel/rejection";
import { AnyId, Nullable, PageParams, Strict, Text } from "@kernel/schemas";
import { defineService } from "@mixins/service/define-service";
import { Auth } from "@services/auth/auth.contract";
import { gateway, type GatewayOptions, type GatewayService } from "@services/gateway/gateway.service";
import { Operations } from "@services/gateway/gateway.contract";
import { world, type World } from "./world";

const Thing = Type.Object({ id: AnyId, name: Type.String(), note: Nullable(Type.String()), version: Type.Integer() });
const OneOrMore = Type.Optional(Type.Union([Text(20), Type.Array(Text(20), { maxItems: 5 })]));
const Seen = Type.Object({ seen: Type.Unknown() });

/** A small set of contracts that covers all features of the gateway. */
export const Things = {
	create: action("things.create", {
		params: Strict({ name: Text(50, 1), note: Type.Optional(Nullable(Text(50))), deep: Type.Optional(Type.Unknown()) }),
		returns: Thing,
		errors: ["SKU_TAKEN", "UNAVAILABLE"],
		permission: "public",
		rest: "POST /v1/things",
		http: { status: 201, location: "/v1/things/{id}", etag: "version" },
	}),
	view: action("things.view", {
		params: Strict({ id: AnyId }),
		returns: Thing,
		errors: ["NOT_FOUND"],
		permission: "public",
		idempotent: true,
		rest: "GET /v1/things/{id}",
		http: { etag: "version" },
	}),
	change: action("things.change", {
		params: Strict({ id: AnyId, name: Type.Optional(Text(50, 1)) }),
		returns: Thing,
		errors: ["NOT_FOUND", "PRECONDITION_FAILED"],
		permission: "public",
		rest: "PATCH /v1/things/{id}",
		http: { etag: "version" },
	}),
	remove: action("things.remove", {
		params: Strict({ id: AnyId }),
		returns: Type.Object({}),
		errors: ["NOT_FOUND"],
		permission: "customer",
		rest: "DELETE /v1/things/{id}",
		http: { status: 204 },
	}),
	list: action("things.list", {
		params: Type.Object(
			{
				...PageParams,
				flag: Type.Optional(Type.Boolean()),
				tag: OneOrMore,
				kind: Type.Optional(Type.Union([Type.Literal("a"), Type.Literal("b")])),
				email: Type.Optional(Text(50)),
			},
			{ additionalProperties: false, patternProperties: { "^option\\..{1,20}$": Type.Union([Text(20), Type.Array(Text(20))]) } },
		),
		returns: Seen,
		permission: "public",
		idempotent: true,
		rest: "GET /v1/things",
	}),
	/** Replies with the metadata that the action received. */
	told: action("things.told", {
		params: Strict({}),
		returns: Seen,
		permission: "public",
		rest: "POST /v1/told",
		http: { idempotencyKey: true },
	}),
	order: action("things.order", {
		params: Strict({ wait: Type.Boolean() }),
		returns: Type.Object({ id: AnyId, status: Type.String() }),
		permission: "public",
		priority: "buying",
		rest: "POST /v1/orders",
		http: { status: 201, location: "/v1/orders/{id}", acceptedWhen: { field: "status", is: "pending" } },
	}),
	poke: action("things.poke", {
		params: Strict({ id: AnyId }),
		returns: Type.Object({ poked: Type.Boolean() }),
		errors: ["ILLEGAL_TRANSITION"],
		permission: "orders:refund",
		rest: "POST /v1/admin/things/{id}/poke",
	}),
	import: action("things.import", {
		params: Strict({ dryRun: Type.Optional(Type.Boolean()), refuse: Type.Optional(Type.Boolean()) }),
		returns: Type.Object({ bytes: Type.Integer(), sha256: Type.String(), dryRun: Type.Boolean() }),
		errors: ["IMPORT_IN_PROGRESS"],
		permission: "products:write",
		timeoutMs: 0,
		rest: "POST /v1/admin/things/import",
		http: { body: "text/csv", query: ["dryRun", "refuse"] },
	}),
	export: action("things.export", {
		params: Strict({}),
		returns: Type.Any(),
		permission: "products:read",
		timeoutMs: 0,
		rest: "GET /v1/admin/things/export",
		http: { answer: "text/csv" },
	}),
	page: action("things.page", {
		params: Strict({ name: Type.String({ maxLength: 50 }) }),
		returns: Type.Object({ name: Type.String(), edition: Type.Integer() }),
		errors: ["PRODUCT_NOT_FOUND"],
		permission: "public",
		idempotent: true,
		priority: "browsing",
		rest: "GET /v1/catalogue/{name}",
		http: { answer: "serialized" },
	}),
	hook: action("things.hook", {
		params: Strict({ provider: Type.String() }),
		returns: Seen,
		permission: "public",
		rest: "POST /v1/hooks/{provider}",
		http: { body: "raw" },
	}),
	slow: action("things.slow", {
		params: Strict({}),
		returns: Type.Object({ run: Type.Integer() }),
		permission: "public",
		timeoutMs: 400,
		rest: "POST /v1/slow",
		http: { idempotencyKey: true },
	}),
	broken: action("things.broken", {
		params: Strict({ how: Type.String() }),
		returns: Type.Object({ done: Type.Boolean() }),
		errors: ["PROVIDER_ERROR", "OUT_OF_STOCK", "RATE_LIMITED"],
		permission: "public",
		rest: "GET /v1/broken/{how}",
	}),
	hidden: action("things.hidden", { params: Strict({}), returns: Type.Object({}) }),
};

/** The test's control over the services behind the gateway. */
export interface Shop {
	/** Number of calls by action. */
	readonly calls: Map<string, number>;
	/** Catalogue version of the pages. A test increases it to invalidate them. */
	edition: number;
	/** If set, the action `slow` waits for it. */
	gate: Promise<void> | undefined;
}

const things = (shop: Shop) => (runtime: Runtime) => {
	const kept = new Map<string, { id: string; name: string; note: string | null; version: number }>();
	const count = (name: string): number => {
		const calls = (shop.calls.get(name) ?? 0) + 1;
		shop.calls.set(name, calls);
		return calls;
	};
	return defineService(
		"things",
		Things,
		{
			create: ({ name, note = null }, { seed, now }) => {
				count("create");
				if (name === "taken") return Promise.resolve(reject("SKU_TAKEN"));
				if (name === "later") return Promise.resolve(reject("UNAVAILABLE", { retryAfterSeconds: 7 }));
				const id = seed === undefined ? randomId("cart", now) : derivedId("cart", seed);
				const thing = { id, name, note, version: 1, secret: "of ours alone" };
				kept.set(id, thing);
				return Promise.resolve(thing);
			},
			view: ({ id }) => Promise.resolve(kept.get(id) ?? reject("NOT_FOUND")),
			change: ({ id, name }, { expected }) => {
				const thing = kept.get(id);
				if (!thing) return Promise.resolve(reject("NOT_FOUND"));
				if (expected !== undefined && expected !== thing.version) return Promise.resolve(reject("PRECONDITION_FAILED"));
				const changed = { ...thing, name: name ?? thing.name, version: thing.version + 1 };
				kept.set(id, changed);
				return Promise.resolve(changed);
			},
			remove: ({ id }) => Promise.resolve(kept.delete(id) ? {} : reject("NOT_FOUND")),
			list: (params) => Promise.resolve({ seen: params }),
			told: (_, { principal, locale, expected, orderToken, seed, cause }) => {
				count("told");
				return Promise.resolve({ seen: { principal, locale, expected, orderToken, seed, correlationId: cause.correlationId } });
			},
			order: ({ wait }) => Promise.resolve({ id: "ord_1", status: wait ? "pending" : "confirmed" }),
			poke: ({ id }) => Promise.resolve(id === "stone" ? reject("ILLEGAL_TRANSITION") : { poked: true }),
			async import({ dryRun = false, refuse = false }, { stream }) {
				if (refuse) return reject("IMPORT_IN_PROGRESS");
				const hash = createHash("sha256");
				let bytes = 0;
				for await (const chunk of stream as AsyncIterable<Buffer>) {
					bytes += chunk.length;
					hash.update(chunk);
				}
				return { bytes, sha256: hash.digest("hex"), dryRun };
			},
			export: () => Promise.resolve(Readable.from(["a,b\n", "1,2\n"])),
			page: ({ name }) => {
				count("page");
				if (name === "none") return Promise.resolve(reject("PRODUCT_NOT_FOUND"));
				const body = Buffer.from(
					JSON.stringify({ name, edition: shop.edition, ...(name === "large" && { more: "x".repeat(17_000) }) }),
				);
				return Promise.resolve({ body, etag: `"${name}-${shop.edition}"` } as never);
			},
			hook: (_, { raw }) => Promise.resolve({ seen: raw }),
			async slow() {
				const run = count("slow");
				await shop.gate;
				return { run };
			},
			broken({ how }) {
				if (how === "provider") return Promise.resolve(reject("PROVIDER_ERROR"));
				if (how === "stock")
					return Promise.resolve(
						reject("OUT_OF_STOCK", {
							errors: [{ path: "/lines/0", message: "too few", sku: "A", available: 1, inner: { hidden: true } }],
							secret: "s3cret",
						}),
					);
				if (how === "rates") return Promise.resolve(reject("RATE_LIMITED", { retryAfterSeconds: 2.1 }));
				if (how === "reply") return Promise.resolve({} as never);
				throw new TypeError("connect ECONNREFUSED mongodb://root:s3cret@db");
			},
			hidden: () => Promise.resolve({}),
		},
		{ clock: runtime.clock },
	);
};

const TOKENS: Readonly<Record<string, "customer" | "admin" | "catalog" | "support" | "fulfilment">> = {
	customer: "customer",
	other: "customer",
	admin: "admin",
	support: "support",
	catalog: "catalog",
};

const AUTH = { authenticate: Auth.authenticate, login: Auth.login };

const auth = (runtime: Runtime): ServiceSchema =>
	defineService(
		"auth",
		AUTH,
		{
			authenticate: ({ accessToken }) => {
				const role = TOKENS[accessToken];
				return Promise.resolve(role ? { userId: `usr_${accessToken}`, role, sessionId: "ses_1" } : null);
			},
			login: () => Promise.resolve(reject("INVALID_CREDENTIALS")),
		},
		{ clock: runtime.clock },
	);

export interface GatewayWorld extends World {
	readonly shop: Shop;
	readonly url: string;
	readonly port: number;
	readonly service: GatewayService;
}

export const CONTRACTS: readonly ActionContract[] = [...Object.values(Things), ...Object.values(AUTH), ...Object.values(Operations)];

interface Options extends GatewayOptions {
	readonly env?: Readonly<Record<string, string>>;
	readonly clock?: Clock;
	readonly log?: Log;
	readonly folder?: string;
}

/** Starts the real gateway with a small set of actions, over real HTTP on a free port. */
export const gatewayWorld = async ({ env, clock, log, folder, ...options }: Options = {}): Promise<GatewayWorld> => {
	const shop: Shop = { calls: new Map(), edition: 1, gate: undefined };
	const stalls = [things(shop), auth, (runtime: Runtime) => gateway(runtime, CONTRACTS, { ...(clock && { ticks: clock }), ...options })];
	const made = await world(stalls, {
		env: { RATE_LIMITS: "off", ...env },
		...(clock && { clock }),
		...(log && { log }),
		...(folder !== undefined && { folder }),
	});
	const running = made.broker.getLocalService("gateway") as unknown as GatewayService;
	const { port } = (running.server?.address() ?? { port: 0 }) as AddressInfo;
	return { ...made, shop, service: running, port, url: `http://127.0.0.1:${port}` };
};

export const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

/** Sends a JSON request and returns its response. */
export const send = async (url: string, method: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
	const init: RequestInit = { method, headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers } };
	const response = await fetch(
		url,
		body === undefined ? init : { ...init, body: typeof body === "string" ? body : JSON.stringify(body) },
	);
	const text = await response.text();
	const isJson = response.headers.get("content-type")?.includes("json") === true && text !== "";

	return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
};
