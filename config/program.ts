import type { ServiceBroker, ServiceSchema } from "moleculer";
import type { Clock } from "@kernel/clock";
import type { EventContract } from "@kernel/contract";
import { localBus } from "@mixins/events/local";
import { measuredBus } from "@mixins/events/measured";
import { tracedBus } from "@mixins/events/traced";
import type { Relay } from "@mixins/events/relay";
import { relays } from "@mixins/events/relays";
import { ownDataFolder, secretOf } from "./data-folder";
import type { Settings } from "./env";
import { openLog } from "./log";
import { nodeIs, withOwnLog } from "./log/own";
import { observe, ownMetrics } from "./metrics";
import { measuredStores } from "./metrics/stores";
import type { Log, Runtime } from "./runtime";
import { storesFor, type Stores } from "./stores";

export interface Program {
	readonly broker: ServiceBroker;
	readonly runtime: Runtime;
	readonly relay: Relay;
	/** The shop is furnished: from now on it says that it is ready. */
	open(): void;
	/** First the edge is drained, then what works behind it ends, then the store is closed. */
	stop(): Promise<void>;
}

export interface Parts {
	readonly settings: Settings;
	readonly broker: () => ServiceBroker;
	readonly stalls: readonly ((runtime: Runtime) => ServiceSchema)[];
	readonly events: readonly EventContract[];
	readonly clock?: Clock;
	readonly log?: Log;
}

/**
 * Puts the services on one broker, with their stores, their bus and the relay between, and starts them all. In this order, so that nothing is
 * asked for what is not there yet: kinds are declared, the store opened, the services started, the facts sent on their way.
 *
 * @throws BadDataFolder, and whatever a part that cannot start says
 */
export const startProgram = async ({
	settings,
	broker: makeBroker,
	stalls,
	events,
	clock = Date.now,
	log = openLog(settings.logLevel),
}: Parts): Promise<Program> => {
	const folder = ownDataFolder(settings.dataDir);
	let stores: Stores | undefined;
	try {
		stores = storesFor(settings, folder, log);
		const { all, relayed } = stores;
		const metrics = ownMetrics();
		const { of, named } = measuredStores(stores, metrics);
		const carrier = localBus(of("events"), clock, (cause, { consumer, event }) => {
			log.warn("a consumer could not take an event", { consumer, type: event.type, event: event.id, cause });
		});
		const bus = tracedBus(measuredBus(carrier, metrics), () => broker);
		let open = false;
		const runtime: Runtime = {
			settings,
			clock,
			log,
			metrics,
			secret: secretOf(folder.path, settings.jwtSecret),
			bus,
			isOpen: () => open,
			store: of,
		};
		const broker = makeBroker();
		nodeIs(log, broker.nodeID);
		for (const stall of stalls) broker.createService(withOwnLog(stall, runtime));
		const watching = observe(broker, { stores: named(), bus }, metrics, clock, (cause) => {
			log.warn("a figure for the metrics could not be had", { cause });
		});
		const relay = relays(relayed(), bus, events, clock, (cause) => {
			log.error("the relay could not publish", { cause });
		});
		await Promise.all(all().map((store) => store.open()));
		await broker.start();
		await bus.start();
		relay.start();
		watching.start();
		return {
			broker,
			runtime,
			relay,
			open() {
				open = true;
			},
			async stop() {
				open = false;
				const edge = broker.getLocalService("gateway") as unknown;
				if (edge) await broker.destroyService("gateway");
				await watching.stop();
				await relay.stop();
				await bus.stop();
				await broker.stop();
				await Promise.all(all().map((store) => store.close()));
				folder.release();
			},
		};
	} catch (cause) {
		await Promise.allSettled((stores?.all() ?? []).map((store) => store.close()));
		folder.release();
		throw cause;
	}
};
