import type { ServiceBroker, ServiceSchema } from "moleculer";
import type { Clock } from "@kernel/clock";
import type { EventContract } from "@kernel/contract";
import { measuredBus } from "@mixins/events/measured-bus";
import { tracedBus } from "@mixins/events/traced-bus";
import { relay as relayOf, type Relay } from "@mixins/events/relay";
import { isStoreUnavailable } from "@mixins/errors/unavailability";
import { redactUrl } from "@mixins/errors/redact-url";
import { assertReachable, UnreachableError } from "./broker/connectivity-check";
import { createEventBus, type Consumer } from "./event-bus";
import type { Settings } from "./env";
import { preferredHost, type FirstHost } from "./preferred-host";
import { seedingState, type SeedingState } from "./seeding";
import { onBrokerStopping } from "./shutdown-hook";
import { nodeService } from "./node/node.service";
import { openLog } from "./log";
import { setNodeId, withServiceLogger } from "./log/service-logger";
import { startObserving, appMetrics } from "./metrics";
import { measuredStores } from "./metrics/measured-stores";
import { recovery } from "./recovery";
import { createRedis } from "./redis";
import type { Log, Runtime } from "./runtime";
import { createStores, type Stores } from "./stores";
import { logMissingDependencies } from "./missing-dependencies-log";

export interface Program {
	readonly broker: ServiceBroker;
	readonly runtime: Runtime;
	readonly relay: Relay;
	readonly seeding: SeedingState;
	/** This process has exclusive access to the data folder, so tools must send their requests to it. */
	readonly ownsDataFolder: boolean;
	/** Reports the program as ready. Called after bootstrap. */
	markReady(): void;
	/**
	 * Stops gracefully: drains the gateway, leaves the cluster, completes the accepted calls, ends the background work, and closes the stores.
	 */
	stop(): Promise<void>;
}

export interface ProgramOptions {
	readonly settings: Settings;
	readonly broker: () => ServiceBroker;
	readonly services: readonly ((runtime: Runtime) => ServiceSchema)[];
	readonly events: readonly EventContract[];
	/** Consumers of all nodes. RabbitMQ keeps each consumer's events until it processes them. */
	readonly consumers?: readonly Consumer[];
	readonly clock?: Clock;
	readonly log?: Log;
}

/**
 * Creates the broker with its services, stores, event bus and relay, and starts them. The order satisfies all dependencies: aggregate kinds are
 * declared, the stores are opened, the services are started, and the relay begins to publish.
 *
 * @throws DataFolderError, UnreachableError, or the error of the part that failed to start
 */
export const startProgram = async ({
	settings,
	broker: makeBroker,
	services,
	events,
	consumers = [],
	clock = Date.now,
	log = openLog(settings.logLevel),
}: ProgramOptions): Promise<Program> => {
	await assertReachable(settings);
	const stores: Stores = createStores(settings, log, clock);
	const { all, shop } = stores;
	const metrics = appMetrics();
	const of = measuredStores(stores.of, metrics);
	const redis = createRedis(settings, log);
	try {
		const secret = settings.jwtSecret ?? (await stores.secret());
		let first: FirstHost = { of: () => true, ofAny: () => true }; // until the broker exists
		const isFirst = (): boolean => first.ofAny();
		const carrier = createEventBus(settings, { store: of("events"), consumers, clock, log, isFirst });
		const bus = tracedBus(measuredBus(carrier, metrics), () => broker);
		let open = false;
		const runtime: Runtime = {
			settings,
			clock,
			log,
			metrics,
			secret,
			bus,
			...(redis && { redis }),
			isReady: () => open,
			isFirst: (service) => first.of(service),
			store: of,
		};
		const seeding = seedingState(of("program"), clock);
		const broker = makeBroker();
		setNodeId(log, broker.nodeID);
		first = preferredHost(broker);
		for (const createSchema of services) broker.createService(withServiceLogger(createSchema, runtime));
		const relay = relayOf(shop, bus, events, clock, (cause) => {
			log.error("relay failed to publish events", { err: cause });
		});
		const observing = startObserving(broker, { relay, bus, isFirst }, metrics, (cause) => {
			log.warn("reading a polled metric failed", { err: cause });
		});
		const recovering = recovery(broker, {
			relay,
			store: shop,
			isFirst,
			onError(cause) {
				log.error("recovery sweep failed", { err: cause });
			},
		});
		broker.createService(nodeService(clock, () => relay.lagMs()));
		await Promise.all([...all().map((store) => store.open()), redis?.open()]);
		onBrokerStopping(broker, async () => {
			await recovering.stop();
			await relay.stop();
			await bus.stop();
		});
		await logMissingDependencies(broker, log, () => broker.start());
		await bus.start();
		relay.start();
		if (!shop.exclusive) recovering.start();
		observing.start();
		return {
			broker,
			runtime,
			relay,
			seeding,
			ownsDataFolder: of("program").exclusive,
			markReady() {
				open = true;
			},
			async stop() {
				open = false;
				const gateway = broker.getLocalService("gateway") as unknown;
				if (gateway) await broker.destroyService("gateway");
				await observing.stop();
				await broker.stop();
				redis?.close();
				await Promise.all(all().map((store) => store.close()));
				stores.release();
			},
		};
	} catch (cause) {
		redis?.close();
		await Promise.allSettled(all().map((store) => store.close()));
		stores.release();
		const { mongoUrl } = settings;
		if (mongoUrl === undefined || !isStoreUnavailable(cause)) throw cause;
		throw new UnreachableError(`MongoDB cannot be used at ${redactUrl(mongoUrl)} (MONGO_URL): connection lost`, { cause });
	}
};
