import type { CloudEvent } from "@kernel/cloud-event";
import type { DataOf, EventContract } from "@kernel/contract";

/**
 * One consumer of one type of event. Delivery is at least once and in order within a subject, so what `handle` does and the mark that it was
 * done must be one write: an event's id in the journal that changes, or a new aggregate's id derived from it.
 */
export interface Subscription<E extends EventContract> {
	/** "<service>.<what it does>": it names the queue, so it stays. */
	readonly name: string;
	readonly event: E;
	/** Throws where it could not: the event comes again, later and later, and is parked as a dead letter in the end. */
	readonly handle: (event: CloudEvent<DataOf<E>>) => Promise<void>;
}

/** Carries facts from the relay to their consumers. In one process (mixins/events/local-bus), or over RabbitMQ. */
export interface EventBus {
	subscribe(subscription: Subscription<EventContract>): Promise<void>;

	/** Resolves when each event is safe: handled, or kept where a crash does not reach it. */
	publish(events: readonly CloudEvent[]): Promise<void>;

	/** How many events wait for each consumer that this node hosts. */
	depths(): Promise<ReadonlyMap<string, number>>;

	start(): Promise<void>;
	stop(): Promise<void>;
}

/** Gives a subscription its types; the bus does not know them. */
export const subscription = <E extends EventContract>(parts: Subscription<E>): Subscription<EventContract> =>
	parts as unknown as Subscription<EventContract>;

/** An event that a consumer could not take, however often it came. It waits for an operator. */
export interface DeadLetter {
	readonly id: string;
	readonly consumer: string;
	readonly event: CloudEvent;
	readonly attempts: number;
	readonly firstFailedAt: number;
	readonly lastError: string;
}

export interface DeadLetters {
	/** The newest first. */
	listDeadLetters(limit: number, after?: Pick<DeadLetter, "id" | "firstFailedAt">): Promise<readonly DeadLetter[]>;
	countDeadLetters(): Promise<number>;
	/** @returns false where there is no such dead letter */
	replayDeadLetter(id: string): Promise<boolean>;
}
