import type { ServiceBroker } from "moleculer";
import { byTurns, periodicJob } from "@mixins/async/periodic-job";
import { LEFT_BEHIND_MS, type Relay } from "@mixins/events/relay";
import type { Store } from "@mixins/store/port";

const INTERVAL_MS = 5_000;
/** Other nodes run every fourth sweep, in case the preferred host has crashed unnoticed. */
const OTHERS_EVERY = 4;
/** Delays after a node has disconnected: soon after the registry is updated, and when the last commits of the node count as abandoned. */
const AFTER_DISCONNECT_MS = [300, LEFT_BEHIND_MS + 500] as const;

interface Options {
	readonly relay: Pick<Relay, "sweep">;
	readonly store: Pick<Store, "catchUp">;
	/** Whether this node should run every sweep. */
	readonly isFirst: () => boolean;
	readonly onError: (cause: unknown) => void;
}

/**
 * Completes the work of crashed nodes: publishes the events of unpublished commits and updates documents that are behind their journals. A sweep runs
 * every five seconds, normally on one node, and soon after a node has disconnected.
 */
export const recovery = (
	broker: Pick<ServiceBroker, "localBus">,
	{ relay, store, isFirst, onError }: Options,
): { readonly start: () => void; readonly stop: () => Promise<void> } => {
	const sweep = async (): Promise<void> => {
		const outcomes = await Promise.allSettled([store.catchUp?.(), relay.sweep()]);
		for (const outcome of outcomes) if (outcome.status === "rejected") onError(outcome.reason);
	};
	const sweeping = periodicJob(INTERVAL_MS, byTurns(isFirst, OTHERS_EVERY, sweep), onError);
	const onDisconnected = (): void => {
		for (const ms of AFTER_DISCONNECT_MS) setTimeout(sweeping.wake, ms).unref(); // `wake` has no effect after `stop`
	};

	return {
		start() {
			broker.localBus.on("$node.disconnected", onDisconnected);
			sweeping.start();
		},
		async stop() {
			broker.localBus.off("$node.disconnected", onDisconnected);
			await sweeping.stop();
		},
	};
};
