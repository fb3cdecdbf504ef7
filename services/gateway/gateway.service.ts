import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Context, Service, ServiceSchema, ServiceSettingSchema } from "moleculer";
import ApiGateway from "moleculer-web";
import type { Runtime } from "@config/runtime";
import type { ActionContract } from "@kernel/contract";
import type { CatalogueVersion } from "@kernel/catalogue-version";
import { periodicJob } from "@mixins/async/periodic-job";
import { defineService } from "@mixins/service/define-service";
import { CATALOGUE_CHANGED, CATALOGUE_PULSE } from "@services/products/products.contract";
import type { Assets } from "./builtin/assets";
import { auditTrail } from "./pipeline/audit";
import { pageMetrics } from "./pipeline/http-metrics";
import { registerExchange } from "./http/exchange";
import { createListener, type Listener } from "./pipeline/listener";
import { Operations } from "./gateway.contract";
import type { GatewayState } from "./builtin/health";
import { idempotency } from "./pipeline/idempotency";
import { createRateLimits } from "./pipeline/rate-limits";
import { handlers } from "./pipeline/handlers";
import { loadShedder, type LagMeter } from "./pipeline/load-shedder";
import { openApi } from "./openapi/document";
import { operations } from "./operations";
import { pageCache } from "./pipeline/page-cache";
import { builtinPages } from "./builtin/builtin-pages";
import { routesOf } from "./routing/routes";
import { singleFlight } from "../../mixins/async/single-flight";
import { listen, TIMEOUTS, type Timeouts } from "./http/server";
import { connectionsOf, drain, waitUntilIdle } from "./http/graceful-shutdown";
import { REST_TRACING, rootCallOptions, untraced } from "./pipeline/tracing";

export interface GatewayOptions {
	readonly assets?: Assets;
	/** False: no server of its own, for an application that mounts `service.express()`. */
	readonly listens?: boolean;
	readonly timeouts?: Partial<Timeouts>;
	/** How late the event loop is; measured where it is not given. */
	readonly lagMeter?: () => LagMeter;
	/** A monotonic clock, in ms; the machine's where it is not given. */
	readonly ticks?: () => number;
}

/** What others may use of the running service. */
export interface GatewayService extends Service {
	/** Once it is started; its address tells the port where 0 was asked for. */
	readonly server: Server | undefined;
	/** A middleware for Express or Connect. */
	express(): Listener;
}

/** moleculer-web's own part, and what we keep beside it. */
type Inside = Service & {
	server: Server | undefined;
	connections: ReadonlySet<Socket> | undefined;
	front: Listener;
	httpHandler(...args: Parameters<Listener>): Promise<void>;
	send404(req: IncomingMessage): void;
	addRoute(route: object): void;
};

const SWEEP_MS = 600_000;

/**
 * The REST edge: routes from the contracts alone, over moleculer-web, which brings the requests; what is done with them stands in `serve`.
 *
 * @param contracts of all services; those that name no address are not reachable
 */
export const gateway = (
	runtime: Runtime,
	contracts: readonly ActionContract[],
	{ assets, listens = true, timeouts, lagMeter, ticks = () => performance.now() }: GatewayOptions = {},
): ServiceSchema => {
	const { settings, clock, log, redis } = runtime;
	const times = { ...TIMEOUTS, ...timeouts };
	const routes = routesOf(contracts);
	const limits = settings.rateLimits ? createRateLimits(redis) : undefined;
	const pages = pageCache();
	const { remembered, asked, joined } = pageMetrics(runtime.metrics);
	const audit = auditTrail(runtime);
	const keys = idempotency(runtime);
	const life: GatewayState & { self?: Service } = { stopping: false, active: 0, isStarted: runtime.isReady };
	const shedder = loadShedder(life, routes, runtime.metrics, lagMeter && { meter: lagMeter });
	const own = builtinPages(life, (server) => openApi(routes, { server, assets: assets?.prefix }), assets);
	const { table, aliases, methods } = handlers(
		{ runtime, limits, idempotency: keys, audit, pages, asked, shared: singleFlight(joined), bodyMs: times.bodyMs },
		routes,
		own,
		life,
	);
	const sweep = periodicJob(
		SWEEP_MS,
		() => keys.sweep(clock()),
		(cause) => {
			log.error("idempotency key cleanup failed", { err: cause });
		},
	);

	const base = defineService("gateway", Operations, operations(runtime, audit), {
		clock,
		async started(self) {
			life.self = self;
			const inside = self as Inside;
			if (listens) {
				inside.server = await listen(inside.front, settings.port, times);
				inside.connections = connectionsOf(inside.server);
			}
			shedder.start();
			sweep.start();
		},
		async stopped(self) {
			life.stopping = true;
			const { server, connections } = self as Inside;
			if (server && connections) await drain(server, connections);
			await waitUntilIdle(() => life.active === 0);
			await sweep.stop();
			shedder.stop();
		},
	});

	return {
		...base,
		mixins: [ApiGateway],
		// The server is ours (moleculer-web would end the process where the port is taken); requests under way are waited for by `drain`.
		settings: {
			server: false,
			routes: null,
			logRouteRegistration: null,
			logRequest: null,
			logResponse: null,
			rootCallOptions: rootCallOptions(() => life.self?.broker.isTracingEnabled() === true),
			$secureSettings: ["rootCallOptions"], // a function: not for the other nodes
		} as ServiceSettingSchema,
		actions: { ...base.actions, rest: { tracing: REST_TRACING }, listAliases: false, addRoute: false, removeRoute: false },
		events: {
			[CATALOGUE_CHANGED]: () => {
				pages.clear();
			},
			[CATALOGUE_PULSE]: ({ params }: Context<CatalogueVersion>) => {
				pages.recordHeartbeat(params, ticks());
			},
		},
		methods: {
			...methods,
			express(this: Inside) {
				return this.front;
			},
		},
		created(this: Service) {
			const inside = this as Inside;
			inside.addRoute({
				path: "/",
				aliases,
				mappingPolicy: "restrict",
				mergeParams: false,
				bodyParsers: false,
				logging: false,
				pathToRegexpOptions: { sensitive: true },
			});
			inside.front = createListener({
				...{ ticks, life, pages, remembered, limits, load: shedder, table },
				origin: (req, requestId) => untraced(inside.broker, inside, req, requestId),
				isTraced: () => inside.broker.isTracingEnabled(),
				passOn(exchange, next) {
					const { req, res, requestId } = exchange;
					registerExchange(exchange);
					// What moleculer-web reads, and would believe as it comes.
					req.headers["x-request-id"] = requestId;
					delete req.headers["x-correlation-id"];
					if (req.method === "OPTIONS") inside.send404(Object.assign(req, { $next: next }));
					else void inside.httpHandler(req, res, next);
				},
			});
		},
	};
};
