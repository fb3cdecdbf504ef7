import { randomUUID } from "node:crypto";
import type { ServiceBroker } from "moleculer";
import type { CatalogueVersion } from "@kernel/catalogue-version";
import { CATALOGUE_PULSE } from "../products.contract";

/** Payload of a heartbeat. */
export interface Heartbeat extends CatalogueVersion {
	/** Number of the node's last change hint. */
	readonly hints: number;
}

/** Publishes the version of this node's catalogue, so that page caches know how long a page is valid (docs/adr/0023). */
export interface CatalogueHeartbeat {
	/** Version of the catalogue in the current event-loop turn. */
	edition(): CatalogueVersion;
	/** Records that pages may have changed. */
	changed(): void;
	/** Records that the catalogue contains every commit before `began` (a time of `monotonicMs`). */
	refreshed(began: number): void;
	start(broker: ServiceBroker): void;
	stop(): void;
}

const INTERVAL_MS = 500;
const PAUSE_MS = 20;

/** Monotonic clock of this process in ms. */
export const monotonicMs = (): number => performance.now();

/**
 * Sends a heartbeat twice a second. A node that owns the store uses a timer; any other node sends after each poll of the store, so that a
 * node that cannot poll sends none. Each change also sends a heartbeat at once, at most every 20 ms.
 *
 * @param alone whether no other node writes, so that the catalogue is always fresh
 * @param hints returns the number of this node's last change hint
 */
export const catalogueHeartbeat = (alone: boolean, hints: () => number): CatalogueHeartbeat => {
	const node = randomUUID();
	let generation = 0;
	let freshAt = monotonicMs();
	let broker: ServiceBroker | undefined;
	let every: NodeJS.Timeout | undefined;
	let pause: NodeJS.Timeout | undefined;
	let again = false;

	const edition = (): CatalogueVersion => {
		const saidAt = monotonicMs();
		return { node, generation, freshAt: alone ? saidAt : freshAt, saidAt };
	};
	const publish = (): void => {
		const said: Heartbeat = { ...edition(), hints: hints() };
		void broker?.broadcast(CATALOGUE_PULSE, said).catch(() => undefined); // the next heartbeat repeats it
	};
	const publishAtOnce = (): void => {
		again = pause !== undefined;
		if (pause || !broker) return;
		publish();
		pause = setTimeout(() => {
			pause = undefined;
			if (again) publishAtOnce();
		}, PAUSE_MS).unref();
	};

	return {
		edition,
		changed() {
			generation += 1;
			publishAtOnce();
		},
		refreshed(began) {
			freshAt = began;
			publish();
		},
		start(connected) {
			broker = connected;
			if (alone) every = setInterval(publish, INTERVAL_MS).unref();
		},
		stop() {
			broker = undefined;
			clearInterval(every);
			clearTimeout(pause);
			pause = undefined;
		},
	};
};
