import { decider } from "@kernel/decider";
import type { CloudEvent } from "@kernel/cloud-event";
import { reject } from "@kernel/rejection";
import type { Kind } from "../store/port";

/**
 * Delivery of one event to one consumer, stored when it does not succeed at once.
 * "waiting": due for another attempt. "dead": a dead letter until an operator replays it.
 */
export interface Delivery {
	consumer: string;
	event: CloudEvent | null;
	status: "waiting" | "dead" | "done";
	attempts: number;
	/** Time of the next attempt, in epoch milliseconds. */
	dueAt: number;
	firstFailedAt: number;
	lastError: string;
}

type DeliveryEvent =
	| {
			readonly type: "delivery.failed";
			readonly consumer: string;
			readonly event?: CloudEvent;
			readonly error: string;
			readonly at: number;
			readonly dueAt: number;
	  }
	| { readonly type: "delivery.claimed"; readonly until: number }
	| { readonly type: "delivery.died"; readonly error: string }
	| { readonly type: "delivery.replayed"; readonly at: number }
	| { readonly type: "delivery.succeeded" };

/** Delay before each retry, in milliseconds. If the last retry fails, the delivery becomes a dead letter. */
const DELAYS_MS = [200, 1_000, 3_000, 10_000, 30_000, 120_000, 600_000] as const;

interface Failure {
	readonly consumer: string;
	readonly event: CloudEvent;
	readonly error: string;
	readonly at: number;
}

const happened = (...events: DeliveryEvent[]): readonly DeliveryEvent[] => events;

const failedOnce = ({ consumer, event, error, at }: Failure, state: Delivery, dueAt: number): DeliveryEvent => ({
	type: "delivery.failed",
	consumer,
	...(state.event ? {} : { event }),
	error,
	at,
	dueAt,
});

const fail = (failure: Failure, state: Delivery) => {
	const delay = DELAYS_MS[state.attempts];
	if (delay === undefined) return happened({ type: "delivery.died", error: failure.error });
	return happened(failedOnce(failure, state, failure.at + delay));
};

/** Makes the delivery a dead letter without a retry: its consumers crash on it or never acknowledge it. */
const park = (failure: Failure, state: Delivery) =>
	state.status === "dead"
		? happened()
		: happened(failedOnce(failure, state, failure.at), { type: "delivery.died", error: failure.error });

/** Reserves a due delivery for one node. If that node crashes, the claim expires at `until` and another node retries. */
const claim = ({ at, until }: { at: number; until: number }, { status, dueAt }: Delivery) =>
	status === "waiting" && dueAt <= at ? happened({ type: "delivery.claimed", until }) : reject("ILLEGAL_TRANSITION");

const succeed = (_: object, state: Delivery) =>
	state.status === "done" || !state.event ? happened() : happened({ type: "delivery.succeeded" });

const replay = ({ at }: { at: number }, { status }: Delivery) =>
	status === "dead" ? happened({ type: "delivery.replayed", at }) : reject("ILLEGAL_TRANSITION");

/** Stores an event behind an undelivered earlier event of its subject. This preserves the order within an aggregate. */
const queue = ({ consumer, event, at }: Omit<Failure, "error">, state: Delivery) =>
	state.event
		? happened()
		: happened(failedOnce({ consumer, event, at, error: "waiting for an earlier event of the same subject" }, state, at));

const evolve = (state: Delivery, event: DeliveryEvent): Delivery => {
	switch (event.type) {
		case "delivery.failed":
			return {
				consumer: event.consumer,
				event: event.event ?? state.event,
				status: "waiting",
				attempts: state.attempts + 1,
				dueAt: event.dueAt,
				firstFailedAt: state.firstFailedAt || event.at,
				lastError: event.error,
			};
		case "delivery.claimed":
			return { ...state, dueAt: event.until };
		case "delivery.died":
			return { ...state, status: "dead", lastError: event.error };
		case "delivery.replayed":
			return { ...state, status: "waiting", attempts: 0, dueAt: event.at };
		case "delivery.succeeded":
			return { ...state, status: "done" };
	}
};

export const delivery = decider<Delivery, DeliveryEvent>()({
	initial: () => ({ consumer: "", event: null, status: "waiting", attempts: 0, dueAt: 0, firstFailedAt: 0, lastError: "" }),
	commands: { fail, park, claim, succeed, replay, queue },
	evolve,
});

/** Deliveries with the same key must be handled in order: the events of one subject for one consumer. */
export const orderingKey = (consumer: string, { subject }: Pick<CloudEvent, "subject">): string => `${consumer} ${subject}`;

/** Position of an event within its subject: the commit version, plus a thousandth of its index in the commit (the last part of its id). */
const positionOf = ({ sequence, id }: CloudEvent): number => sequence + (Number(id.slice(id.lastIndexOf(":") + 1)) || 0) / 1_000;

/** Makes a field that only waiting deliveries have. */
const waiting =
	<T>(value: (state: Delivery, event: CloudEvent) => T) =>
	(state: Delivery): T | null =>
		state.status === "waiting" && state.event ? value(state, state.event) : null;

export const deliveryKind: Kind<Delivery, DeliveryEvent> = {
	name: "delivery",
	revision: 2,
	initial: delivery.initial,
	evolve: delivery.evolve,
	fields: {
		status: { value: ({ status }) => status },
		consumer: { value: waiting(({ consumer }) => consumer) },
		key: { value: waiting(({ consumer }, event) => orderingKey(consumer, event)), indexed: true },
		place: { value: waiting((_, event) => positionOf(event)) },
		due: { value: waiting(({ dueAt }) => dueAt), indexed: true },
		dead: { value: ({ status, firstFailedAt }) => (status === "dead" ? firstFailedAt : null), indexed: true },
	},
	publishes: [],
};
