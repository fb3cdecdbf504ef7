import fc from "fast-check";
import { isRejection } from "@kernel/rejection";
import { transitionTableErrors } from "@kernel/transitions";
import { delayAfter, LEASE_MS, MAX_ATTEMPTS } from "./retry-schedule";
import {
	notification,
	NOTIFICATION_TRANSITIONS,
	type NotificationSubject,
	type Notification,
	type NotificationEvent,
} from "./notification";

const { queue, begin, succeed, fail, skip, interrupt } = notification.commands;
const given = (...past: NotificationEvent[]): Notification => past.reduce(notification.evolve, notification.initial("ntf_1"));

const news: NotificationSubject = { template: "order-confirmation", orderId: "ord_1" };
const queued: NotificationEvent = { type: "notification.queued", news, channel: "email", at: 100 };
const begun: NotificationEvent = { type: "notification.begun", dueAt: 100 + LEASE_MS };
const sent: NotificationEvent = { type: "notification.sent", to: "a***@example.com" };
const failure = { attempt: 1, permanent: false, error: "451", at: 200 };

test("the transition table is valid", () => {
	expect(transitionTableErrors(NOTIFICATION_TRANSITIONS, "new")).toEqual([]);
});

test("an event queues once, in every state", () => {
	const command = { news, channel: "email", at: 100 } as const;
	expect(queue(command, given())).toEqual([queued]);
	for (const past of [[queued], [queued, begun], [queued, begun, sent]])
		expect(queue(command, given(...past))).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
});

test("queueing with begin also takes the lease", () => {
	const events = queue({ news, channel: "email", at: 100, begin: true }, given());
	expect(events).toEqual([queued, begun]);
	expect(given(queued, begun)).toMatchObject({ status: "sending", attempts: 1, dueAt: 100 + LEASE_MS });
});

describe("begin", () => {
	test("holds the lease until it expires", () => {
		expect(begin({ at: 100 }, given(queued))).toEqual([begun]);
		expect(begin({ at: 99 + LEASE_MS }, given(queued, begun))).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
		expect(begin({ at: 100 + LEASE_MS }, given(queued, begun))).toMatchObject([{ type: "notification.begun" }]);
	});

	test("is rejected before the due time and after the end", () => {
		expect(begin({ at: 99 }, given(queued))).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
		expect(begin({ at: 999_999 }, given(queued, begun, sent))).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
	});

	test("fails a notification whose attempts all crashed", () => {
		const attempts = Array.from({ length: MAX_ATTEMPTS }, () => begun);
		expect(begin({ at: 100 + LEASE_MS }, given(queued, ...attempts))).toMatchObject([{ type: "notification.failed" }]);
	});
});

describe("a failed attempt", () => {
	test("delays the notification", () => {
		expect(fail(failure, given(queued, begun))).toEqual([{ type: "notification.delayed", error: "451", dueAt: 200 + delayAfter(1)! }]);
	});

	test("fails the notification if the error is permanent", () => {
		expect(fail({ ...failure, permanent: true }, given(queued, begun))).toEqual([{ type: "notification.failed", error: "451" }]);
	});

	test("is ignored if it lost its lease", () => {
		expect(fail(failure, given(queued, begun, begun))).toEqual([]);
		expect(skip({ attempt: 1, reason: "late" }, given(queued, begun, begun))).toEqual([]);
	});
});

test("success is accepted also without the lease", () => {
	const lost = given(queued, begun, { type: "notification.interrupted", dueAt: 300 });
	expect(succeed({ to: "a***@example.com" }, lost)).toEqual([sent]);
	expect(succeed({ to: "a***@example.com" }, given(queued, begun, sent))).toEqual([]);
});

test("interrupt ends the lease of a process that has ended", () => {
	expect(interrupt({ at: 150 }, given(queued, begun))).toEqual([{ type: "notification.interrupted", dueAt: 150 }]);
	expect(interrupt({ at: 150 }, given(queued))).toEqual([]);
});

test("retries end after about a day", () => {
	let state = given(queued);
	let now = 100;
	while (state.dueAt !== null) {
		now = state.dueAt;
		const events = begin({ at: now }, state);
		if (isRejection(events)) throw new Error(events.rejected);
		state = events.reduce(notification.evolve, state);
		state = fail({ ...failure, attempt: state.attempts, at: now }, state).reduce(notification.evolve, state);
	}
	expect(state).toMatchObject({ status: "failed", attempts: MAX_ATTEMPTS });
	expect(now / 3_600_000).toBeGreaterThan(20);
	expect(now / 3_600_000).toBeLessThan(30);
});

test("for any commands, final states are final and only pending notifications are due", () => {
	const step = fc.record({
		name: fc.constantFrom("queue", "begin", "succeed", "fail", "skip", "interrupt"),
		attempt: fc.integer({ min: 0, max: 3 }),
		begin: fc.boolean(),
	});
	const ended = new Set(["sent", "skipped", "failed"]);
	fc.assert(
		fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, permanent) => {
			let state = given();
			let at = 100;
			for (const { name, attempt, begin } of steps) {
				at += LEASE_MS;
				const command = { news, channel: "email", at, begin, attempt, permanent, error: "e", reason: "r", to: "t" } as const;
				const before = state.status;
				const outcome = notification.commands[name](command, state);
				if (!isRejection(outcome)) state = outcome.reduce(notification.evolve, state);
				if (ended.has(before)) expect(state.status).toBe(before);
				expect(state.dueAt !== null).toBe(state.status === "queued" || state.status === "sending");
				expect(state.attempts).toBeLessThanOrEqual(MAX_ATTEMPTS);
			}
		}),
	);
});
