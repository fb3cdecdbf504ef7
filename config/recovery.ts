import type { ServiceBroker } from "moleculer";
import { byTurns, periodicJob } from "@mixins/async/periodic-job";
import { LEFT_BEHIND_MS, type Relay } from "@mixins/events/relay";
import type { Store } from "@mixins/store/port";

const INTERVAL_MS = 5_000;
/** Other nodes than the first look once in so many times: the first may have died unnoticed. */
const OTHERS = 4;
/** After a node has gone: once the registry knows it, and again when its last commits are old enough to count as left behind. */
const AFTER_GONE_MS = [300, LEFT_BEHIND_MS + 500] as const;

interface Options {
	readonly relay: Pick<Relay, "sweep">;
	readonly store: Pick<Store, "catchUp">;
	/** Whether this node is the one that should look. */
	readonly isFirst: () => boolean;
	readonly onError: (cause: unknown) => void;
}

/**
 * Finds what a node left when it died: commits whose events are unpublished, and documents behind their journals. Looks every five seconds, by one
 * node as a rule, and soon after a node has gone.
 */
export const recovery = (
	broker: Pick<ServiceBroker, "localBus">,
	{ relay, store, isFirst, onError }: Options,
): { readonly start: () => void; readonly stop: () => Promise<void> } => {
	const look = async (): Promise<void> => {
		const outcomes = await Promise.allSettled([store.catchUp?.(), relay.sweep()]);
		for (const outcome of outcomes) if (outcome.status === "rejected") onError(outcome.reason);
	};
	const looking = periodicJob(INTERVAL_MS, byTurns(isFirst, OTHERS, look), onError);
	const gone = (): void => {
		for (const ms of AFTER_GONE_MS) setTimeout(looking.wake, ms).unref(); // which does nothing once it is stopped
	};

	return {
		start() {
			broker.localBus.on("$node.disconnected", gone);
			looking.start();
		},
		async stop() {
			broker.localBus.off("$node.disconnected", gone);
			await looking.stop();
		},
	};
};
