import { randomUUID } from "node:crypto";
import type { ServiceBroker } from "moleculer";
import type { CatalogueVersion } from "@kernel/catalogue-version";
import { CATALOGUE_PULSE } from "../products.contract";

/** What a pulse tells. */
export interface Heartbeat extends CatalogueVersion {
	/** The number of its node's last hint. */
	readonly hints: number;
}

/** How this node's catalogue tells what it is, so that whoever keeps its pages knows how long they are right (docs/adr/0023). */
export interface CatalogueHeartbeat {
	/** What an answer is made of that is made in this turn. */
	edition(): CatalogueVersion;
	/** A page may say something else from now on. */
	changed(): void;
	/** The store was read: what was committed before `began` (of `ticks`) is in the catalogue. */
	refreshed(began: number): void;
	start(broker: ServiceBroker): void;
	stop(): void;
}

const INTERVAL_MS = 500;
const PAUSE_MS = 20;

/** Monotonic. */
export const monotonicMs = (): number => performance.now();

/**
 * Said twice a second: where this node owns the store, by the clock; else after each look at the store, so that a node that cannot look says
 * nothing. And at once when something has changed, every 20 ms at most.
 *
 * @param alone nobody else writes: the catalogue is always fresh
 * @param hints the number of this node's last
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
	const say = (): void => {
		const said: Heartbeat = { ...edition(), hints: hints() };
		void broker?.broadcast(CATALOGUE_PULSE, said).catch(() => undefined); // the next heartbeat repeats it
	};
	const sayAtOnce = (): void => {
		again = pause !== undefined;
		if (pause || !broker) return;
		say();
		pause = setTimeout(() => {
			pause = undefined;
			if (again) sayAtOnce();
		}, PAUSE_MS).unref();
	};

	return {
		edition,
		changed() {
			generation += 1;
			sayAtOnce();
		},
		refreshed(began) {
			freshAt = began;
			say();
		},
		start(connected) {
			broker = connected;
			if (alone) every = setInterval(say, INTERVAL_MS).unref();
		},
		stop() {
			broker = undefined;
			clearInterval(every);
			clearTimeout(pause);
			pause = undefined;
		},
	};
};
