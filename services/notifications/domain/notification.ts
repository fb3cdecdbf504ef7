import { decider, assertNever } from "@kernel/decider";
import type { Money } from "@kernel/money";
import { reject } from "@kernel/rejection";
import { isTransitionAllowed, type Transitions } from "@kernel/transitions";
import { delayAfter, LEASE_MS, MAX_ATTEMPTS } from "./retry-schedule";

/**
 * The subject of a notification, by reference only. Texts, addresses and secrets are resolved when it is sent, so the journal contains no personal data
 * that would have to be erased.
 */
export type NotificationSubject =
	| { readonly template: "order-confirmation"; readonly orderId: string }
	| { readonly template: "shipment"; readonly orderId: string; readonly shipmentId: string }
	| { readonly template: "refund"; readonly orderId: string; readonly amount: Money }
	| { readonly template: "order-cancelled"; readonly orderId: string; readonly reason: string }
	| { readonly template: "password-reset"; readonly userId: string; readonly requestId: string }
	| { readonly template: "email-verification"; readonly userId: string }
	| { readonly template: "account-exists"; readonly userId: string };

export type Channel = "email" | "sms";
export type NotificationStatus = "new" | "queued" | "sending" | "sent" | "skipped" | "failed";

type Step = "queue" | "begin" | "succeed" | "delay" | "giveUp" | "skip" | "interrupt";

const succeeded = { succeed: { to: "sent", emits: "notification.sent" } } as const;
const begun = { begin: { to: "sending", emits: "notification.begun" }, giveUp: { to: "failed", emits: "notification.failed" } } as const;

/** State "sending" is a lease. If the lease expires without a result, the sender has crashed and another attempt begins. */
export const NOTIFICATION_TRANSITIONS: Transitions<NotificationStatus, Step> = {
	new: { queue: { to: "queued", emits: "notification.queued" } },
	queued: { ...begun, ...succeeded },
	sending: {
		...begun,
		...succeeded,
		delay: { to: "queued", emits: "notification.delayed" },
		skip: { to: "skipped", emits: "notification.skipped" },
		interrupt: { to: "queued", emits: "notification.interrupted" },
	},
	sent: {},
	skipped: {},
	failed: {},
};

export interface Notification {
	readonly status: NotificationStatus;
	readonly news: NotificationSubject | null;
	readonly channel: Channel;
	/** Number of started attempts, including the running one. */
	readonly attempts: number;
	/** Time of the next attempt in epoch milliseconds; null: none. */
	readonly dueAt: number | null;
	readonly queuedAt: number;
	/** Masked recipient; null until the notification is sent. */
	readonly to: string | null;
	/** Error of the last attempt, without personal data. */
	readonly error: string | null;
}

export type NotificationEvent =
	| { readonly type: "notification.queued"; readonly news: NotificationSubject; readonly channel: Channel; readonly at: number }
	| { readonly type: "notification.begun"; readonly dueAt: number }
	| { readonly type: "notification.sent"; readonly to: string }
	| { readonly type: "notification.delayed"; readonly error: string; readonly dueAt: number }
	| { readonly type: "notification.interrupted"; readonly dueAt: number }
	| { readonly type: "notification.skipped"; readonly reason: string }
	| { readonly type: "notification.failed"; readonly error: string };

const happened = (...events: NotificationEvent[]): readonly NotificationEvent[] => events;
const isAllowed = (step: Step, { status }: Notification): boolean => isTransitionAllowed(NOTIFICATION_TRANSITIONS, status, step);

interface Queued {
	readonly news: NotificationSubject;
	readonly channel: Channel;
	readonly at: number;
	/** Takes the lease in the same commit, for a sender that starts immediately. */
	readonly begin?: boolean;
}

/** Rejected if the notification was queued before. */
const queue = ({ news, channel, at, begin = false }: Queued, state: Notification) => {
	if (!isAllowed("queue", state)) return reject("ILLEGAL_TRANSITION");
	const queued: NotificationEvent = { type: "notification.queued", news, channel, at };
	return begin ? happened(queued, { type: "notification.begun", dueAt: at + LEASE_MS }) : happened(queued);
};

/** Takes the lease. After MAX_ATTEMPTS, a notification whose last attempt did not complete fails. */
const begin = ({ at }: { at: number }, state: Notification) => {
	if (!isAllowed("begin", state) || state.dueAt === null || state.dueAt > at) return reject("ILLEGAL_TRANSITION");
	if (state.attempts >= MAX_ATTEMPTS) return happened({ type: "notification.failed", error: "the last attempt did not complete" });
	return happened({ type: "notification.begun", dueAt: at + LEASE_MS });
};

/** Accepted also after the lease has expired, because the message was sent. */
const succeed = ({ to }: { to: string }, state: Notification) =>
	isAllowed("succeed", state) ? happened({ type: "notification.sent", to }) : happened();

interface Failed {
	/** Number of the attempt. A result of an attempt that lost its lease is ignored. */
	readonly attempt: number;
	readonly permanent: boolean;
	readonly error: string;
	readonly at: number;
}

const fail = ({ attempt, permanent, error, at }: Failed, state: Notification) => {
	if (!isAllowed("delay", state) || attempt !== state.attempts) return happened();
	const delay = permanent ? undefined : delayAfter(attempt);
	if (delay === undefined) return happened({ type: "notification.failed", error });
	return happened({ type: "notification.delayed", error, dueAt: at + delay });
};

/** Ends a notification that is no longer needed. */
const skip = ({ attempt, reason }: { attempt: number; reason: string }, state: Notification) =>
	isAllowed("skip", state) && attempt === state.attempts ? happened({ type: "notification.skipped", reason }) : happened();

/** Ends the lease of a process that is known to have ended. */
const interrupt = ({ at }: { at: number }, state: Notification) =>
	isAllowed("interrupt", state) ? happened({ type: "notification.interrupted", dueAt: at }) : happened();

const evolve = (state: Notification, event: NotificationEvent): Notification => {
	switch (event.type) {
		case "notification.queued":
			return { ...state, status: "queued", news: event.news, channel: event.channel, queuedAt: event.at, dueAt: event.at };
		case "notification.begun":
			return { ...state, status: "sending", attempts: state.attempts + 1, dueAt: event.dueAt };
		case "notification.sent":
			return { ...state, status: "sent", to: event.to, dueAt: null, error: null };
		case "notification.delayed":
			return { ...state, status: "queued", dueAt: event.dueAt, error: event.error };
		case "notification.interrupted":
			return { ...state, status: "queued", dueAt: event.dueAt };
		case "notification.skipped":
			return { ...state, status: "skipped", dueAt: null, error: event.reason };
		case "notification.failed":
			return { ...state, status: "failed", dueAt: null, error: event.error };
		default:
			return assertNever(event);
	}
};

export const notification = decider<Notification, NotificationEvent>()({
	initial: () => ({ status: "new", news: null, channel: "email", attempts: 0, dueAt: null, queuedAt: 0, to: null, error: null }),
	commands: { queue, begin, succeed, fail, skip, interrupt },
	evolve,
});
