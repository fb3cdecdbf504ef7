import type { Clock } from "@kernel/clock";
import type { EventContract } from "@kernel/contract";
import type { Store } from "../store/port";
import type { EventBus } from "./bus";
import { relay, type Relay } from "./relay";

/**
 * A relay for each store, as one.
 *
 * @param isOurTurn asked with the store's name
 */
export const relays = (
	named: ReadonlyMap<string, Store>,
	bus: EventBus,
	contracts: readonly EventContract[],
	clock: Clock,
	onError: (cause: unknown) => void,
	isOurTurn: (name: string) => boolean = () => true,
): Relay => {
	const stores = [...named.values()];
	const all = [...named].map(([name, store]) => relay(store, bus, contracts, clock, onError, () => isOurTurn(name)));
	let stopped = true;
	const waits = async (): Promise<boolean> =>
		(await Promise.all(stores.map((store) => store.unpublished(1)))).some(({ length }) => length > 0);

	return {
		start() {
			stopped = false;
			for (const one of all) one.start();
		},
		async stop() {
			stopped = true;
			await Promise.all(all.map((one) => one.stop()));
		},
		async settled() {
			// What one store's facts lead to may be committed in another.
			do await Promise.all(all.map((one) => one.settled()));
			while (!stopped && (await waits()));
		},
		lagMs: () => Math.max(0, ...all.map((one) => one.lagMs())),
	};
};
