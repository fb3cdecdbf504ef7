import { isUtf8 } from "node:buffer";
import type { Runtime } from "@config/runtime";
import { actorOf, GUEST, type Principal } from "@kernel/access";
import { localeFor } from "@kernel/locales";
import { withTimeout } from "@mixins/async/timeout";
import { callerFrom, callFrom } from "@mixins/service/local-calls";
import type { RawRequest, RequestMeta } from "@mixins/service/request";
import { serviceError } from "@mixins/errors/service-errors";
import type { HttpResponse } from "../http/response";
import type { Audited, AuditTrail } from "./audit";
import { authenticate, authorize } from "./authentication";
import { ClientDisconnectedError, MAX_JSON_BYTES, readBytes, requireMediaType } from "../http/body";
import { hasBody, type Exchange } from "../http/exchange";
import { keyOf, type Idempotency, type KeyedRequest } from "./idempotency";
import { parseObject, safeObject } from "../http/json";
import { addressOf, bucketOf, type RateLimits } from "./rate-limits";
import type { PageCache } from "./page-cache";
import { expectedVersion } from "../http/preconditions";
import { codeOf, problem, problemOf } from "../http/problem";
import { serialized } from "../routing/reply";
import { pathParameterNames, type Route } from "../routing/routes";
import type { SingleFlight } from "@mixins/async/single-flight";
import { upload, type Upload } from "../http/upload";

/** Dependencies of the request pipeline. */
export interface PipelineDeps {
	readonly runtime: Runtime;
	/** Undefined if rate limits are disabled. */
	readonly limits: RateLimits | undefined;
	readonly idempotency: Idempotency;
	readonly audit: AuditTrail;
	readonly pages: PageCache;
	/** Called for each catalogue page that is requested from its service. */
	readonly asked: () => void;
	readonly shared: SingleFlight;
	/** Maximum time in milliseconds for a JSON body to arrive. */
	readonly bodyMs: number;
}

const GRACE_MS = 2_000;
const AUDIT_MS = 5_000;

/** The content of a request. */
interface Content {
	readonly bytes: Buffer;
	readonly body: Readonly<Record<string, unknown>> | undefined;
	readonly raw: RawRequest | undefined;
	readonly upload: Upload | undefined;
}

const NO_BYTES = Buffer.alloc(0);
const NOTHING: Content = { bytes: NO_BYTES, body: undefined, raw: undefined, upload: undefined };
const UNSIGNED: ReadonlySet<string> = new Set(["authorization", "cookie"]);

const text = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header.join(", ") : header);

const takeRate = async (limits: RateLimits, { req, path }: Exchange): Promise<void> => {
	const seconds = await limits.take(bucketOf(req.method ?? "", path), addressOf(req.socket));
	if (seconds > 0) throw serviceError("RATE_LIMITED", { retryAfterSeconds: seconds });
};

/** The body as parsed by the embedding application, if it has read it already. */
const parsedBefore = (req: Exchange["req"]): unknown => (req.readableEnded ? (req as { body?: unknown }).body : undefined);

const readContent = async ({ bodyMs }: PipelineDeps, { contract: { http } }: Route, { req }: Exchange): Promise<Content> => {
	if (http.body === "text/csv") {
		requireMediaType(req, "text/csv");
		return { ...NOTHING, upload: upload(req) };
	}
	if (hasBody(req)) requireMediaType(req, "application/json");
	const before = parsedBefore(req);
	if (before !== undefined && http.body === "json")
		return { ...NOTHING, bytes: Buffer.from(JSON.stringify(before)), body: safeObject(before) };
	const bytes = await readBytes(req, MAX_JSON_BYTES, bodyMs);
	if (http.body === "json") return { ...NOTHING, bytes, body: parseObject(bytes) };
	if (!isUtf8(bytes)) throw serviceError("INVALID_JSON");
	const headers = Object.fromEntries(
		Object.entries(req.headers).flatMap(([name, value]) => (UNSIGNED.has(name) ? [] : [[name, text(value)]])),
	);
	return { ...NOTHING, bytes, body: {}, raw: { body: bytes.toString(), headers } };
};

const metaOf = ({ takesIfMatch }: Route, { req, requestId }: Exchange, principal: Principal, { raw }: Content): RequestMeta => {
	const expected = takesIfMatch ? expectedVersion(req.headers["if-match"]) : undefined;
	const orderToken = text(req.headers["x-order-token"]);
	return {
		principal,
		requestId,
		locale: localeFor({ acceptLanguage: req.headers["accept-language"] }),
		...(expected !== undefined && { expected }),
		...(orderToken !== undefined && { orderToken }),
		...(raw && { raw }),
	};
};

type Ask = () => Promise<unknown>;

/**
 * Requests a catalogue page. Concurrent anonymous requests share one call, and its result is cached. The cached page keeps the time of the
 * request that made the call, not of those that joined it.
 */
const readPage = ({ pages, asked, shared }: PipelineDeps, { req, url, generation, askedAt }: Exchange, ask: Ask): Promise<unknown> => {
	if (req.headers.authorization !== undefined) {
		asked();
		return ask();
	}
	return shared(`${generation} ${url}`, askedAt, async () => {
		asked();
		const page = await ask();
		pages.store(url, generation, serialized(page), askedAt);
		return page;
	});
};

/** Calls the action and converts its reply or error to a response. */
const callAction = async (
	edge: PipelineDeps,
	{ contract, reply }: Route,
	exchange: Exchange,
	params: object,
	meta: RequestMeta,
	sent: Upload | undefined,
): Promise<HttpResponse> => {
	const ask = (): Promise<unknown> => callFrom(exchange.origin, contract.name, params, { meta, ...(sent && { stream: sent.stream }) });
	try {
		const result = contract.http.answer === "serialized" ? await readPage(edge, exchange, ask) : await ask();
		if (sent?.tooLarge()) throw serviceError("BODY_TOO_LARGE");
		return reply(result, exchange);
	} catch (cause) {
		return errorResponse(edge, contract.rest ?? "", exchange, sent?.tooLarge() ? serviceError("BODY_TOO_LARGE") : cause);
	}
};

/** Converts an error to a response. Internal errors are logged and not disclosed to the client. */
export const errorResponse = (
	{ runtime: { log } }: Pick<PipelineDeps, "runtime">,
	route: string,
	{ requestId }: Exchange,
	cause: unknown,
): HttpResponse => {
	if (codeOf(cause) === "INTERNAL" && !(cause instanceof ClientDisconnectedError))
		log.error("request failed", { requestId, route, err: cause });
	return problemOf(cause, requestId);
};

const timeoutResponse = ({ runtime: { log } }: PipelineDeps, route: string, { requestId }: Exchange): HttpResponse => {
	log.error("request timed out", { requestId, route });
	return problem("UNAVAILABLE", requestId);
};

/** Writes the audit entry, but does not delay the response beyond AUDIT_MS. */
const audited = ({ audit, runtime: { log } }: PipelineDeps, entry: Audited): Promise<void> =>
	withTimeout(audit.record(entry), AUDIT_MS, {
		sharedTimer: true,
		onTimeout: () => {
			log.error("writing an audit entry timed out", { requestId: entry.requestId, action: entry.contract.name });
		},
	});

/**
 * Scope of an Idempotency-Key by client. A guest that names a cart or order has proved to know its id. Other guests are told apart by
 * connection only, so that a guessed key does not reveal the response of another guest.
 */
const clientOf = (principal: Principal, route: Route, { socket, headers }: Exchange["req"]): string => {
	if (principal.kind === "user") return principal.id;
	return pathParameterNames(route.path).length > 0 ? "" : `${addressOf(socket)} ${headers["user-agent"] ?? ""}`;
};

/** Runs a request once per Idempotency-Key. The time limit of the action ends first; this limit also covers the work around it. */
const once = (
	edge: PipelineDeps,
	route: Route,
	exchange: Exchange,
	keyed: KeyedRequest,
	act: (seed: string) => Promise<HttpResponse>,
): Promise<HttpResponse> => {
	const { timeoutMs, rest } = route.contract;
	return withTimeout(edge.idempotency.once(keyed, act), timeoutMs === 0 ? 0 : timeoutMs + GRACE_MS, {
		sharedTimer: true,
		onTimeout: () => timeoutResponse(edge, rest ?? "", exchange),
		onLateFailure: (cause) => {
			edge.runtime.log.warn("request failed after its response was sent", { requestId: exchange.requestId, err: cause });
		},
	});
};

/**
 * Handles a request: rate limit, authentication, permission, body, parameters, action, audit. This order discloses little and keeps
 * rejected requests cheap. Never throws.
 */
export const handleRequest = async (edge: PipelineDeps, route: Route, exchange: Exchange): Promise<HttpResponse> => {
	const { contract, method } = route;
	const { req, path, search, requestId, origin } = exchange;
	const { authorization } = req.headers;
	let principal: Principal = GUEST;
	let params: object = {};
	let answer: HttpResponse;
	try {
		if (edge.limits) await takeRate(edge.limits, exchange);
		if (authorization !== undefined) principal = await authenticate(callerFrom(origin), authorization);
		authorize(principal, contract.permission);
		const content = route.takesBody ? await readContent(edge, route, exchange) : NOTHING;
		params = route.parameters({ path: exchange.pathParameters, search, body: content.upload ? {} : content.body });
		const meta = metaOf(route, exchange, principal, content);
		const act = (told: RequestMeta) => callAction(edge, route, exchange, params, told, content.upload);
		const key = contract.http.idempotencyKey ? keyOf(req.headers["idempotency-key"]) : undefined;
		if (key === undefined) answer = await act(meta);
		else {
			const scope = [clientOf(principal, route, req), method, path];
			const cause = { at: edge.runtime.clock(), actor: actorOf(principal), correlationId: requestId, causationId: requestId };
			const keyed = { key, scope, content: Buffer.concat([Buffer.from(`${search}\n`), content.bytes]), cause };
			answer = await once(edge, route, exchange, keyed, (seed) => act({ ...meta, seed }));
		}
	} catch (cause) {
		answer = errorResponse(edge, contract.rest ?? "", exchange, cause);
	}
	const call: Audited = { contract, method, path, principal, params, answer, requestId };
	if (edge.audit.isOf(call) && !("Idempotency-Replayed" in answer.headers)) await audited(edge, call);
	return answer;
};
