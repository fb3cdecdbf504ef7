import type { Store } from "../store/port";
import { relay, type Relay } from "./relay";

/** A relay for each store, as one. */
export const relays = (stores: readonly Store[], ...[bus, contracts, clock, onError]: Tail<Parameters<typeof relay>>): Relay => {
	const all = stores.map((store) => relay(store, bus, contracts, clock, onError));
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

type Tail<List extends readonly unknown[]> = List extends readonly [unknown, ...infer Rest] ? Rest : never;
