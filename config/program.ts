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
	/** Nobody else works on the data folder: tools have to ask this process. */
	readonly ownsDataFolder: boolean;
	/** The shop is furnished: from now on it says that it is ready. */
	markReady(): void;
	/**
	 * First the edge is drained, then the node says goodbye to others and finishes what they have asked of it, then what works by itself ends, then
	 * the stores are closed.
	 */
	stop(): Promise<void>;
}

export interface ProgramOptions {
	readonly settings: Settings;
	readonly broker: () => ServiceBroker;
	readonly services: readonly ((runtime: Runtime) => ServiceSchema)[];
	readonly events: readonly EventContract[];
	/** Of all events, on whatever node: what is published for one waits for it. */
	readonly consumers?: readonly Consumer[];
	readonly clock?: Clock;
	readonly log?: Log;
}

/**
 * Puts the services on one broker, with their stores, their bus and the relay between, and starts them all. In this order, so that nothing is
 * asked for what is not there yet: kinds are declared, the store opened, the services started, the facts sent on their way.
 *
 * @throws BadDataFolder, Unreachable, and whatever a part that cannot start says
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
		let first: FirstHost = { of: () => true, ofAny: () => true }; // until there is a broker
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
		const furnish = seedingState(of("program"), clock);
		const broker = makeBroker();
		setNodeId(log, broker.nodeID);
		first = preferredHost(broker);
		for (const stall of services) broker.createService(withServiceLogger(stall, runtime));
		const relay = relayOf(shop, bus, events, clock, (cause) => {
			log.error("relay failed to publish events", { err: cause });
		});
		const watching = startObserving(broker, { relay, bus, isFirst }, metrics, (cause) => {
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
		watching.start();
		return {
			broker,
			runtime,
			relay,
			seeding: furnish,
			ownsDataFolder: of("program").exclusive,
			markReady() {
				open = true;
			},
			async stop() {
				open = false;
				const edge = broker.getLocalService("gateway") as unknown;
				if (edge) await broker.destroyService("gateway");
				await watching.stop();
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
