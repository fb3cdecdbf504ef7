import type { Server } from "node:http";
import type { Service, ServiceSchema } from "moleculer";
import ApiGateway from "moleculer-web";
import type { Runtime } from "@config/runtime";
import type { ActionContract } from "@kernel/contract";
import { periodicJob } from "@mixins/async/periodic-job";
import { defineService } from "@mixins/service/define-service";
import type { Assets } from "./builtin/assets";
import { auditTrail } from "./pipeline/audit";
import { pageMetrics } from "./pipeline/http-metrics";
import { createListener, type Listener } from "./pipeline/listener";
import { Operations } from "./gateway.contract";
import type { GatewayState } from "./builtin/health";
import { idempotency } from "./pipeline/idempotency";
import { createRateLimits } from "./pipeline/rate-limits";
import { handlers } from "./pipeline/handlers";
import { loadShedder, type LagMeter } from "./pipeline/load-shedder";
import { addAliases, catalogueEvents, passToWeb, WEB_ACTIONS, webSettings, type WebService } from "./pipeline/moleculer-web";
import { openApi } from "./openapi/document";
import { operations } from "./operations";
import { pageCache } from "./pipeline/page-cache";
import { builtinPages } from "./builtin/builtin-pages";
import { routesOf } from "./routing/routes";
import { singleFlight } from "@mixins/async/single-flight";
import { listen, TIMEOUTS, type Timeouts } from "./http/server";
import { connectionsOf, drain, waitUntilIdle } from "./http/graceful-shutdown";
import { untraced } from "./pipeline/tracing";

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

/** The running service as embedders and tests use it. */
export interface GatewayService extends Service {
	/** Defined after the start. Its address contains the selected port if the configured port is 0. */
	readonly server: Server | undefined;
	/** A middleware for Express or Connect. */
	express(): Listener;
}

const SWEEP_MS = 600_000;

/**
 * The REST gateway. All routes come from the contracts; moleculer-web hosts the service, and `pipeline/` handles the requests.
 *
 * @param contracts actions of all services; an action without a `rest` binding is not reachable
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
			const web = self as WebService;
			if (listens) {
				web.server = await listen(web.front, settings.port, times);
				web.connections = connectionsOf(web.server);
			}
			shedder.start();
			sweep.start();
		},
		async stopped(self) {
			life.stopping = true;
			const { server, connections } = self as WebService;
			if (server && connections) await drain(server, connections);
			await waitUntilIdle(() => life.active === 0);
			await sweep.stop();
			shedder.stop();
		},
	});

	return {
		...base,
		mixins: [ApiGateway],
		settings: webSettings(() => life.self?.broker.isTracingEnabled() === true),
		actions: { ...base.actions, ...WEB_ACTIONS },
		events: catalogueEvents(pages, ticks),
		methods: {
			...methods,
			express(this: WebService) {
				return this.front;
			},
		},
		created(this: Service) {
			const web = this as WebService;
			addAliases(web, aliases);
			web.front = createListener({
				...{ ticks, life, pages, remembered, limits, load: shedder, table },
				origin: (req, requestId) => untraced(web.broker, web, req, requestId),
				isTraced: () => web.broker.isTracingEnabled(),
				passOn: (exchange, next) => {
					passToWeb(web, exchange, next);
				},
			});
		},
	};
};
