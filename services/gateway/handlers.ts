import type { IncomingMessage, ServerResponse } from "node:http";
import { accessLine } from "./access-line";
import { send, type Answer } from "./answer";
import { edgeMetrics } from "./edge-metrics";
import { exchangeOf, type Exchange } from "./exchange";
import type { Life } from "./health";
import type { OwnPages } from "./pages";
import { problem } from "./problem";
import { aliasOf, type Route } from "./routes";
import { refusal, serve, type Edge } from "./serve";
import { tagSpan } from "./tracing";

type Handler = (req: IncomingMessage, res: ServerResponse) => void;

interface Alias {
	readonly method: string;
	isMethod(method: string): boolean;
	match(url: string): object | false;
}

/** moleculer-web's table of routes, and what it does where none fits. */
export interface Router {
	readonly aliases: readonly Alias[];
	send404(req: IncomingMessage & { $next?: ((cause?: unknown) => void) | undefined }, res: ServerResponse): void;
}

const HEAD = "HEAD";

/** What moleculer-web calls, and what it does otherwise than it would by itself. */
export const handlers = (edge: Edge, routes: readonly Route[], own: OwnPages, life: Life) => {
	const observe = edgeMetrics(edge.runtime.metrics);
	const finish = (exchange: Exchange, answer: Answer): void => {
		send(exchange, answer, life.stopping || answer.status === 408, (cause) => {
			edge.runtime.log.warn("an answer broke off", { requestId: exchange.requestId, cause });
		});
	};

	const reply =
		(name: string, make: (exchange: Exchange) => Answer | Promise<Answer>): Handler =>
		(req) => {
			const exchange = exchangeOf(req);
			const begun = performance.now();
			const run = async (): Promise<Answer> => make(exchange);
			run()
				.catch((cause: unknown) => refusal(edge, name, exchange, cause))
				.then((answer) => {
					tagSpan(exchange, name, answer.status);
					finish(exchange, answer);
					const ms = performance.now() - begun;
					observe(name, answer.status, ms / 1_000);
					accessLine(edge.runtime.log, name, exchange, answer, ms);
				})
				.catch((cause: unknown) => {
					edge.runtime.log.error("an answer could not be written", { requestId: exchange.requestId, cause });
					exchange.res.destroy();
				});
		};

	const aliases = Object.fromEntries([
		...routes.map((route) => [route.alias, reply(route.alias, (exchange) => serve(edge, route, exchange))]),
		...Object.entries(own).map(([path, page]) => [aliasOf("GET", path), reply(path, page)]),
	]) as Record<string, Handler>;

	const methods = {
		/** HEAD is GET without its body. */
		resolveAlias(this: Router, url: string, method: string) {
			const wanted = method === HEAD ? "GET" : method;
			for (const alias of this.aliases) {
				if (!alias.isMethod(wanted)) continue;
				const params = alias.match(url);
				if (params) return { alias, params };
			}
			return false;
		},

		/** The query is parsed where it is known what it may hold. */
		parseQueryString: (req: IncomingMessage) => ({ url: (req.url ?? "/").split("?", 1)[0], query: {} }),

		/** No such address, or none with this method; mounted, the application may have one. */
		send404(this: Router, req: IncomingMessage & { $next?: ((cause?: unknown) => void) | undefined }, _res: ServerResponse) {
			const exchange = exchangeOf(req);
			const allowed = this.aliases.filter((alias) => alias.match(exchange.path)).map(({ method }) => method);
			if (allowed.length > 0) {
				const allow = [...new Set(allowed.flatMap((method) => (method === "GET" ? ["GET", HEAD] : [method])))].sort().join(", ");
				finish(exchange, problem("METHOD_NOT_ALLOWED", exchange.requestId, undefined, { Allow: allow }));
			} else if (req.$next) req.$next();
			else finish(exchange, problem("NOT_FOUND", exchange.requestId));
		},

		errorHandler(req: IncomingMessage, _res: ServerResponse, cause: unknown) {
			const exchange = exchangeOf(req);
			finish(exchange, refusal(edge, exchange.req.method ?? "", exchange, cause));
		},
	};

	return { aliases, methods };
};
