import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Context, Service, ServiceSettingSchema } from "moleculer";
import type { CatalogueVersion } from "@kernel/catalogue-version";
import { CATALOGUE_CHANGED, CATALOGUE_PULSE } from "@services/products/products.contract";
import { registerExchange, type Exchange } from "../http/exchange";
import type { Listener } from "./listener";
import type { PageCache } from "./page-cache";
import { REST_TRACING, rootCallOptions } from "./tracing";

/** The members of moleculer-web that the gateway calls, and those that the gateway adds to the same service. */
export type WebService = Service & {
	server: Server | undefined;
	connections: ReadonlySet<Socket> | undefined;
	front: Listener;
	httpHandler(...args: Parameters<Listener>): Promise<void>;
	send404(req: IncomingMessage): void;
	addRoute(route: object): void;
};

/**
 * Settings of moleculer-web. It opens no server: it would end the process if the port is taken, and the gateway drains requests itself.
 *
 * @param isTraced whether calls are traced; read for each request
 */
export const webSettings = (isTraced: () => boolean): ServiceSettingSchema =>
	({
		server: false,
		routes: null,
		logRouteRegistration: null,
		logRequest: null,
		logResponse: null,
		rootCallOptions: rootCallOptions(isTraced),
		$secureSettings: ["rootCallOptions"], // a function cannot be sent to other nodes
	}) as ServiceSettingSchema;

/** Actions of moleculer-web: all requests enter by `rest`; its other actions are removed. */
export const WEB_ACTIONS = { rest: { tracing: REST_TRACING }, listAliases: false, addRoute: false, removeRoute: false } as const;

/** Registers the handlers by alias. Parsing bodies, parameters and logging are left to the gateway's own pipeline. */
export const addAliases = (web: WebService, aliases: object): void => {
	web.addRoute({
		path: "/",
		aliases,
		mappingPolicy: "restrict",
		mergeParams: false,
		bodyParsers: false,
		logging: false,
		pathToRegexpOptions: { sensitive: true },
	});
};

/** Hands a request to moleculer-web. */
export const passToWeb = (web: WebService, exchange: Exchange, next: Parameters<Listener>[2]): void => {
	const { req, res, requestId } = exchange;
	registerExchange(exchange);
	// moleculer-web would take both headers from the client without validation.
	req.headers["x-request-id"] = requestId;
	delete req.headers["x-correlation-id"];
	if (req.method === "OPTIONS") web.send404(Object.assign(req, { $next: next }));
	else void web.httpHandler(req, res, next);
};

/** Moleculer events that keep the page cache current. */
export const catalogueEvents = (pages: PageCache, ticks: () => number) => ({
	[CATALOGUE_CHANGED]: () => {
		pages.clear();
	},
	[CATALOGUE_PULSE]: ({ params }: Context<CatalogueVersion>) => {
		pages.recordHeartbeat(params, ticks());
	},
});
