import type { CloudEvent } from "@kernel/cloud-event";
import type { DataOf, EventContract } from "@kernel/contract";

/**
 * One consumer of one event type. Delivery is at least once and in order within a subject. `handle` must therefore write its effect and the
 * proof of it together: the event's id in the commit that it causes, or a new aggregate whose id is derived from the event's id.
 */
export interface Subscription<E extends EventContract> {
	/** Format "<service>.<purpose>". It names the queue and must not change. */
	readonly name: string;
	readonly event: E;
	/** Throws on failure. The event is then redelivered with growing delays, and finally stored as a dead letter. */
	readonly handle: (event: CloudEvent<DataOf<E>>) => Promise<void>;
}

/** Carries events from the relay to their consumers: in one process (mixins/events/local-bus) or over RabbitMQ (mixins/events/rabbit). */
export interface EventBus {
	subscribe(subscription: Subscription<EventContract>): Promise<void>;

	/** Resolves when each event was handled or is stored durably. */
	publish(events: readonly CloudEvent[]): Promise<void>;

	/** Number of waiting events for each consumer that this node hosts. */
	depths(): Promise<ReadonlyMap<string, number>>;

	start(): Promise<void>;
	stop(): Promise<void>;
}

/** Checks the types of a subscription, then erases them: the bus handles all events alike. */
export const subscription = <E extends EventContract>(parts: Subscription<E>): Subscription<EventContract> =>
	parts as unknown as Subscription<EventContract>;

/** An event that a consumer failed to handle in every attempt. It waits for an operator. */
export interface DeadLetter {
	readonly id: string;
	readonly consumer: string;
	readonly event: CloudEvent;
	readonly attempts: number;
	readonly firstFailedAt: number;
	readonly lastError: string;
}

export interface DeadLetters {
	/** Lists dead letters by the time of the first failure, newest first. `after` is the last one of the previous page. */
	listDeadLetters(limit: number, after?: Pick<DeadLetter, "id" | "firstFailedAt">): Promise<readonly DeadLetter[]>;
	countDeadLetters(): Promise<number>;
	/** @returns false if no such dead letter exists or this process cannot replay it */
	replayDeadLetter(id: string): Promise<boolean>;
}
