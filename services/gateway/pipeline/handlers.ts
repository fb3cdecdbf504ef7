import type { IncomingMessage, ServerResponse } from "node:http";
import type { Priority } from "@kernel/contract";
import { logRequest } from "./access-log";
import { send, type HttpResponse } from "../http/response";
import { httpMetrics } from "./http-metrics";
import { exchangeOf, type Exchange } from "../http/exchange";
import type { GatewayState } from "../builtin/health";
import type { BuiltinPages } from "../builtin/builtin-pages";
import { problem } from "../http/problem";
import { routeTable } from "../routing/route-table";
import { aliasOf, type Route } from "../routing/routes";
import { errorResponse, handleRequest, type PipelineDeps } from "./request-pipeline";
import { tagSpan } from "./tracing";

type Handler = (req: IncomingMessage, res: ServerResponse) => void;
type Next = (cause?: unknown) => void;

/** The handler of a route. */
export interface Target {
	/** Load-shedding priority; undefined if the route is never shed. */
	readonly priority: Priority | undefined;
	/** Handles a request. */
	readonly handle: (exchange: Exchange) => void;
	/** The same handler with the signature of moleculer-web. */
	readonly alias: Handler;
}

/** The part of moleculer-web's route that is used here. */
export interface Router {
	readonly aliases: readonly { readonly handler: Handler }[];
}

const HEAD = "HEAD";
/** HEAD requests use the GET route; the body is omitted when the response is sent. */
export const routedMethod = (method: string): string => (method === HEAD ? "GET" : method);

/** Builds the route table, and the aliases and method overrides for moleculer-web. */
export const handlers = (edge: PipelineDeps, routes: readonly Route[], own: BuiltinPages, life: GatewayState) => {
	const { log, metrics } = edge.runtime;
	const durations = httpMetrics(metrics);
	const finish = (exchange: Exchange, answer: HttpResponse): void => {
		send(exchange, answer, life.stopping || answer.status === 408, (cause) => {
			log.warn("response stream failed", { requestId: exchange.requestId, err: cause });
		});
	};

	const targetOf = (
		name: string,
		priority: Priority | undefined,
		make: (exchange: Exchange) => HttpResponse | Promise<HttpResponse>,
	): Target => {
		const observe = durations(name);
		const run = async (exchange: Exchange): Promise<void> => {
			const begun = performance.now();
			let answer: HttpResponse;
			try {
				answer = await make(exchange);
			} catch (cause) {
				answer = errorResponse(edge, name, exchange, cause);
			}
			try {
				tagSpan(exchange, name, answer.status);
				finish(exchange, answer);
				const ms = performance.now() - begun;
				observe(answer.status, ms / 1_000);
				logRequest(log, name, exchange, answer, ms);
			} catch (cause) {
				log.error("writing the response failed", { requestId: exchange.requestId, err: cause });
				exchange.res.destroy();
			}
		};
		return {
			priority,
			handle: (exchange) => void run(exchange),
			alias: (req) => void run(exchangeOf(req)),
		};
	};

	const entries = [
		...routes.map((route) => {
			const { method, path, alias, contract } = route;
			return { method, path, alias, target: targetOf(alias, contract.priority, (exchange) => handleRequest(edge, route, exchange)) };
		}),
		...Object.entries(own).map(([path, page]) => {
			const alias = aliasOf("GET", path);
			return { method: "GET", path, alias, target: targetOf(alias, undefined, page) };
		}),
	];
	const table = routeTable(entries);
	const aliases = Object.fromEntries(entries.map(({ alias, target }) => [alias, target.alias]));

	const methods = {
		resolveAlias(this: Router, url: string, method: string) {
			const found = table.find(routedMethod(method), url);
			const alias = found && this.aliases.find(({ handler }) => handler === found.target.alias);
			return alias !== undefined && { alias, params: {} };
		},

		/** The query is parsed later, by the schema of the route. */
		parseQueryString: (req: IncomingMessage) => ({ url: (req.url ?? "/").split("?", 1)[0], query: {} }),

		/** Handles unknown routes and unsupported methods. A mounted gateway passes unknown routes on to the application. */
		send404(req: IncomingMessage & { $next?: Next | undefined }) {
			const exchange = exchangeOf(req);
			const allowed = table.methodsOf(exchange.path);
			if (allowed.length > 0) {
				const allow = allowed
					.flatMap((method) => (method === "GET" ? ["GET", HEAD] : [method]))
					.sort()
					.join(", ");
				finish(exchange, problem("METHOD_NOT_ALLOWED", exchange.requestId, undefined, { Allow: allow }));
			} else if (req.$next) req.$next();
			else finish(exchange, problem("NOT_FOUND", exchange.requestId));
		},

		errorHandler(req: IncomingMessage, _res: ServerResponse, cause: unknown) {
			const exchange = exchangeOf(req);
			finish(exchange, errorResponse(edge, exchange.req.method ?? "", exchange, cause));
		},
	};

	return { table, aliases, methods };
};
