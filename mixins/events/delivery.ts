import { decider } from "@kernel/decider";
import type { CloudEvent } from "@kernel/envelope";
import { reject } from "@kernel/rejection";
import type { Kind } from "../store/port";

/** The delivery of one event to one consumer that did not succeed at once: it waits for its next attempt, or is dead until an operator replays it. */
export interface Delivery {
	consumer: string;
	event: CloudEvent | null;
	status: "waiting" | "dead" | "done";
	attempts: number;
	/** When the next attempt is due, in epoch milliseconds. */
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
	| { readonly type: "delivery.died"; readonly error: string }
	| { readonly type: "delivery.replayed"; readonly at: number }
	| { readonly type: "delivery.succeeded" };

/** Growing delays; after the last attempt the event is dead. */
const DELAYS_MS = [200, 1_000, 3_000, 10_000, 30_000, 120_000, 600_000] as const;

const happened = (...events: DeliveryEvent[]): readonly DeliveryEvent[] => events;

const fail = ({ consumer, event, error, at }: { consumer: string; event: CloudEvent; error: string; at: number }, state: Delivery) => {
	const delay = DELAYS_MS[state.attempts];
	if (delay === undefined) return happened({ type: "delivery.died", error });
	return happened({ type: "delivery.failed", consumer, ...(state.event ? {} : { event }), error, at, dueAt: at + delay });
};

const succeed = (_: object, state: Delivery) =>
	state.status === "done" || !state.event ? happened() : happened({ type: "delivery.succeeded" });

const replay = ({ at }: { at: number }, { status }: Delivery) =>
	status === "dead" ? happened({ type: "delivery.replayed", at }) : reject("ILLEGAL_TRANSITION");

/** Waits behind an earlier event of its subject that has not got through: the order within an aggregate is kept. */
const queue = ({ consumer, event, at }: { consumer: string; event: CloudEvent; at: number }, state: Delivery) =>
	state.event
		? happened()
		: happened({ type: "delivery.failed", consumer, event, error: "waits behind an earlier event of its subject", at, dueAt: at });

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
	commands: { fail, succeed, replay, queue },
	evolve,
});

export const deliveries: Kind<Delivery, DeliveryEvent> = {
	name: "delivery",
	revision: 1,
	initial: delivery.initial,
	evolve: delivery.evolve,
	fields: {
		status: { value: ({ status }) => status },
		open: { value: ({ status, event }) => (status === "waiting" ? (event?.time ?? "") : null), indexed: true },
		dead: { value: ({ status, firstFailedAt }) => (status === "dead" ? firstFailedAt : null), indexed: true },
	},
	publishes: [],
};
