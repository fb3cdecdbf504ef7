import type { Clock } from "@kernel/clock";
import type { DeadLetters, EventBus } from "@mixins/events/event-bus";
import { localBus } from "@mixins/events/local-bus";
import type * as Rabbit from "@mixins/events/rabbit";
import type { Consumer } from "@mixins/events/rabbit/topology";
import type { OnDeliveryError } from "@mixins/events/redelivery";
import type { Store } from "@mixins/store/port";
import type { Settings } from "./env";
import type { Log } from "./runtime";

export type { Consumer };

interface BusParts {
	readonly store: Store;
	readonly consumers: readonly Consumer[];
	readonly clock: Clock;
	readonly log: Log;
	/** Whether this node should process what departed nodes left behind. */
	readonly isFirst: () => boolean;
}

/** Creates a RabbitMQ bus if AMQP_URL is set, else an in-process bus. Both keep dead letters in the store. */
export const createEventBus = (
	{ amqpUrl, namespace }: Settings,
	{ store, consumers, clock, log, isFirst }: BusParts,
): EventBus & DeadLetters => {
	const onError: OnDeliveryError = (cause, { consumer, event }) => {
		log.warn("event handler failed", { consumer, type: event.type, event: event.id, err: cause });
	};
	if (amqpUrl === undefined) return localBus(store, clock, onError, isFirst);
	// Loaded on demand: the embedded profile does not need it.
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	const { rabbitBus } = require("@mixins/events/rabbit") as typeof Rabbit;
	return rabbitBus({
		url: amqpUrl,
		namespace,
		connectionName: `${namespace} events`,
		consumers,
		store,
		clock,
		isFirst,
		onError,
		onTrouble: (cause) => {
			log.warn("event bus connection failed; reconnecting", { err: cause });
		},
	});
};
