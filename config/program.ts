import type { ServiceBroker, ServiceSchema } from "moleculer";
import type { Clock } from "@kernel/clock";
import type { EventContract } from "@kernel/contract";
import { measuredBus } from "@mixins/events/measured-bus";
import { tracedBus } from "@mixins/events/traced-bus";
import { relay as relayOf, type Relay } from "@mixins/events/relay";
import { isStoreAway } from "@mixins/errors/unavailability";
import { assertReachable, placeOf, Unreachable } from "./broker/connectivity-check";
import { busFor, type Consumer } from "./event-bus";
import type { Settings } from "./env";
import { firstHost, type FirstHost } from "./preferred-host";
import { furnishing, type Furnishing } from "./seeding";
import { leaving } from "./shutdown-hook";
import { nodeService } from "./node/node.service";
import { openLog } from "./log";
import { nodeIs, withOwnLog } from "./log/service-logger";
import { observe, ownMetrics } from "./metrics";
import { measuredStores } from "./metrics/measured-stores";
import { recovery } from "./recovery";
import { redisFor } from "./redis";
import type { Log, Runtime } from "./runtime";
import { storesFor, type Stores } from "./stores";
import { whileWaiting } from "./missing-dependencies-log";

export interface Program {
	readonly broker: ServiceBroker;
	readonly runtime: Runtime;
	readonly relay: Relay;
	readonly furnishing: Furnishing;
	/** Nobody else works on the data folder: tools have to ask this process. */
	readonly ownsData: boolean;
	/** The shop is furnished: from now on it says that it is ready. */
	open(): void;
	/**
	 * First the edge is drained, then the node says goodbye to others and finishes what they have asked of it, then what works by itself ends, then
	 * the stores are closed.
	 */
	stop(): Promise<void>;
}

export interface Parts {
	readonly settings: Settings;
	readonly broker: () => ServiceBroker;
	readonly stalls: readonly ((runtime: Runtime) => ServiceSchema)[];
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
	stalls,
	events,
	consumers = [],
	clock = Date.now,
	log = openLog(settings.logLevel),
}: Parts): Promise<Program> => {
	await assertReachable(settings);
	const stores: Stores = storesFor(settings, log, clock);
	const { all, shop } = stores;
	const metrics = ownMetrics();
	const of = measuredStores(stores.of, metrics);
	const redis = redisFor(settings, log);
	try {
		const secret = settings.jwtSecret ?? (await stores.secret());
		let first: FirstHost = { of: () => true, ofAny: () => true }; // until there is a broker
		const isFirst = (): boolean => first.ofAny();
		const carrier = busFor(settings, { store: of("events"), consumers, clock, log, isFirst });
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
			isOpen: () => open,
			isFirst: (service) => first.of(service),
			store: of,
		};
		const furnish = furnishing(of("program"), clock);
		const broker = makeBroker();
		nodeIs(log, broker.nodeID);
		first = firstHost(broker);
		for (const stall of stalls) broker.createService(withOwnLog(stall, runtime));
		const relay = relayOf(shop, bus, events, clock, (cause) => {
			log.error("the relay could not publish", { cause });
		});
		const watching = observe(broker, { relay, bus, isFirst }, metrics, (cause) => {
			log.warn("a figure for the metrics could not be had", { cause });
		});
		const recovering = recovery(broker, {
			relay,
			store: shop,
			isFirst,
			onError(cause) {
				log.error("recovery sweep failed", { cause });
			},
		});
		broker.createService(nodeService(clock, () => relay.lagMs()));
		await Promise.all([...all().map((store) => store.open()), redis?.open()]);
		leaving(broker, async () => {
			await recovering.stop();
			await relay.stop();
			await bus.stop();
		});
		await whileWaiting(broker, log, () => broker.start());
		await bus.start();
		relay.start();
		if (!shop.exclusive) recovering.start();
		watching.start();
		return {
			broker,
			runtime,
			relay,
			furnishing: furnish,
			ownsData: of("program").exclusive,
			open() {
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
		if (mongoUrl === undefined || !isStoreAway(cause)) throw cause;
		throw new Unreachable(`MongoDB cannot be used at ${placeOf(mongoUrl)} (MONGO_URL): it went away`, { cause });
	}
};
