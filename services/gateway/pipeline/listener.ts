import type { IncomingMessage, ServerResponse } from "node:http";
import type { ErrorCode } from "@kernel/errors";
import { send } from "../http/response";
import type { CallOrigin } from "@mixins/service/local-calls";
import type { Exchange } from "../http/exchange";
import { routedMethod, type Target } from "./handlers";
import type { GatewayState } from "../builtin/health";
import { addressOf, type RateLimits } from "./rate-limits";
import type { LoadShedder } from "./load-shedder";
import type { Page, PageCache } from "./page-cache";
import { isFresh } from "../http/preconditions";
import { problem } from "../http/problem";
import { requestIdOf } from "../http/request-id";
import type { Match, RouteTable } from "../routing/route-table";

type Next = (cause?: unknown) => void;

/** Request listener in the form of Connect and Express. `next` is defined if an application mounts the gateway. */
export type Listener = (req: IncomingMessage, res: ServerResponse, next?: Next) => void;

interface Parts {
	/** Monotonic clock in milliseconds. */
	readonly ticks: () => number;
	readonly life: GatewayState;
	readonly pages: PageCache;
	readonly limits: RateLimits | undefined;
	/** Called for each page that is served from the cache. */
	readonly remembered: () => void;
	readonly load: Pick<LoadShedder, "retryAfterSecondsFor" | "priorityAt">;
	readonly table: RouteTable<Target>;
	/** The call context that service calls of a request inherit. */
	readonly origin: (req: IncomingMessage, requestId: string) => CallOrigin;
	/** Whether tracing is enabled. All requests then pass through moleculer-web. */
	readonly isTraced: () => boolean;
	/** Passes a request on to moleculer-web. */
	readonly passOn: (exchange: Exchange, next: Next | undefined) => void;
}

const MAX_URL = 8_192;
const NO_PARAMETERS = {};

const isEncoded = (path: string): boolean => {
	if (!path.includes("%")) return true;
	try {
		decodeURIComponent(path);
		return true;
	} catch {
		// URIError: the text is not percent-encoded
		return false;
	}
};

/** The mount path. Express provides it; for Connect it is derived from the part that was removed from the URL. */
const mountOf = (req: IncomingMessage, url: string): string => {
	const { baseUrl, originalUrl } = req as { baseUrl?: unknown; originalUrl?: unknown };
	if (typeof baseUrl === "string") return baseUrl;
	return typeof originalUrl === "string" && originalUrl.length > url.length && originalUrl.endsWith(url)
		? originalUrl.slice(0, -url.length)
		: "";
};

const splitUrl = (url: string): { readonly path: string; readonly search: string } => {
	const question = url.indexOf("?");
	const path = question < 0 ? url : url.slice(0, question);
	return { path: path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path, search: question < 0 ? "" : url.slice(question) };
};

/** The last element of each head is the request id. It is set and used in the same turn of the event loop. */
const sendPage = (page: Page, req: IncomingMessage, res: ServerResponse): void => {
	const same = isFresh(req.headers["if-none-match"], page.etag);
	const head = same ? page.notModifiedHead : page.head;
	head[head.length - 1] = requestIdOf(req.headers["x-request-id"]);
	res.writeHead(same ? 304 : 200, head);
	res.end(same ? undefined : page.body);
};

const cachedPage = ({ pages, life }: Parts, req: IncomingMessage, now: number): Page | undefined =>
	req.method === "GET" && !life.stopping && req.headers.authorization === undefined ? pages.find(req.url ?? "", now) : undefined;

/** The error of an invalid URL. */
const urlError = (url: string, path: string): ErrorCode | undefined => {
	if (url.length > MAX_URL) return "URI_TOO_LONG";
	return isEncoded(path) ? undefined : "VALIDATION_FAILED";
};

const WRONGLY_ENCODED = { errors: [{ path: "", message: "the URL is not correctly percent-encoded" }] };

/**
 * The entry point of all requests. Cached catalogue pages are served from here without further processing. Other requests go to the handler
 * of their route.
 */
export const createListener = (parts: Parts): Listener => {
	const { ticks, life, pages, remembered, limits, load, table, origin, isTraced, passOn } = parts;
	const left = (): void => {
		life.active -= 1;
	};

	const exchangeOf = (req: IncomingMessage, res: ServerResponse, match: Match<Target> | undefined): Exchange => {
		const url = req.url ?? "/";
		const requestId = requestIdOf(req.headers["x-request-id"]);
		return {
			req,
			res,
			requestId,
			prefix: mountOf(req, url),
			url,
			...splitUrl(url),
			pathParameters: match?.parameters ?? NO_PARAMETERS,
			origin: origin(req, requestId),
			generation: pages.generation(),
			askedAt: ticks(),
		};
	};
	const refuse = (req: IncomingMessage, res: ServerResponse, code: ErrorCode, data?: unknown): void => {
		const exchange = exchangeOf(req, res, undefined);
		send(exchange, problem(code, exchange.requestId, data), life.stopping, () => undefined);
	};

	const forward = (req: IncomingMessage, res: ServerResponse, next: Next | undefined): void => {
		const { url = "/", method = "" } = req;
		const { path } = splitUrl(url);
		const wrong = urlError(url, path);
		if (wrong !== undefined) {
			refuse(req, res, wrong, wrong === "VALIDATION_FAILED" ? WRONGLY_ENCODED : undefined);
			return;
		}
		const match = table.find(routedMethod(method), path);
		// Load is shed before the request consumes resources.
		const priority = match ? match.target.priority : load.priorityAt(method, path);
		const retryAfterSeconds = priority === undefined ? 0 : load.retryAfterSecondsFor(priority);
		if (retryAfterSeconds > 0) {
			refuse(req, res, "UNAVAILABLE", { retryAfterSeconds });
			return;
		}
		life.active += 1;
		res.on("close", left);
		const exchange = exchangeOf(req, res, match);
		if (match && !isTraced()) match.target.handle(exchange);
		else passOn(exchange, next);
	};

	const sendCachedPage = (page: Page, req: IncomingMessage, res: ServerResponse): void => {
		sendPage(page, req, res);
		remembered();
	};

	return (req, res, next) => {
		const page = cachedPage(parts, req, ticks());
		if (page === undefined) {
			forward(req, res, next);
			return;
		}
		if (limits === undefined) {
			sendCachedPage(page, req, res);
			return;
		}
		limits.take("read", addressOf(req.socket)).then(
			(seconds) => {
				if (seconds === 0) sendCachedPage(page, req, res);
				else refuse(req, res, "RATE_LIMITED", { retryAfterSeconds: seconds });
			},
			() => {
				forward(req, res, next);
			},
		);
	};
};
