import type { IncomingMessage, ServerResponse } from "node:http";
import type { Priority } from "@kernel/contract";
import { accessLine } from "./access-log";
import { send, type Answer } from "../http/response";
import { edgeMetrics } from "./http-metrics";
import { exchangeOf, type Exchange } from "../http/exchange";
import type { Life } from "../builtin/health";
import type { OwnPages } from "../builtin/builtin-pages";
import { problem } from "../http/problem";
import { routeTable } from "../routing/route-table";
import { aliasOf, type Route } from "../routing/routes";
import { refusal, serve, type Edge } from "./request-pipeline";
import { tagSpan } from "./tracing";

type Handler = (req: IncomingMessage, res: ServerResponse) => void;
type Next = (cause?: unknown) => void;

/** What an address leads to. */
export interface Target {
	/** When it is given up under load; undefined: never. */
	readonly priority: Priority | undefined;
	/** Answers a request. */
	readonly handle: (exchange: Exchange) => void;
	/** The same, as moleculer-web calls it. */
	readonly alias: Handler;
}

/** Of moleculer-web. */
export interface Router {
	readonly aliases: readonly { readonly handler: Handler }[];
}

const HEAD = "HEAD";
/** HEAD is GET without its body. */
export const routedMethod = (method: string): string => (method === HEAD ? "GET" : method);

/** What answers requests, by address; and what moleculer-web is told to do otherwise than it would by itself. */
export const handlers = (edge: Edge, routes: readonly Route[], own: OwnPages, life: Life) => {
	const { log, metrics } = edge.runtime;
	const durations = edgeMetrics(metrics);
	const finish = (exchange: Exchange, answer: Answer): void => {
		send(exchange, answer, life.stopping || answer.status === 408, (cause) => {
			log.warn("an answer broke off", { requestId: exchange.requestId, cause });
		});
	};

	const targetOf = (name: string, priority: Priority | undefined, make: (exchange: Exchange) => Answer | Promise<Answer>): Target => {
		const observe = durations(name);
		const run = async (exchange: Exchange): Promise<void> => {
			const begun = performance.now();
			let answer: Answer;
			try {
				answer = await make(exchange);
			} catch (cause) {
				answer = refusal(edge, name, exchange, cause);
			}
			try {
				tagSpan(exchange, name, answer.status);
				finish(exchange, answer);
				const ms = performance.now() - begun;
				observe(answer.status, ms / 1_000);
				accessLine(log, name, exchange, answer, ms);
			} catch (cause) {
				log.error("an answer could not be written", { requestId: exchange.requestId, cause });
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
			return { method, path, alias, target: targetOf(alias, contract.priority, (exchange) => serve(edge, route, exchange)) };
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

		/** The query is parsed where it is known what it may hold. */
		parseQueryString: (req: IncomingMessage) => ({ url: (req.url ?? "/").split("?", 1)[0], query: {} }),

		/** No such address, or none with this method; mounted, the application may have one. */
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
			finish(exchange, refusal(edge, exchange.req.method ?? "", exchange, cause));
		},
	};

	return { table, aliases, methods };
};
