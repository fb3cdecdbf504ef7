import type { Caller } from "@kernel/contract";
import type { Clock } from "@kernel/clock";
import { systemRequest } from "@mixins/service/request";
import { underLease } from "./notifications.store";
import type { NotificationQueue } from "./notification-queue";

/** Ends leases of this process or of a crashed one, so that their notifications are due at once. */
export const interrupt = async ({ actors }: NotificationQueue, by: Caller, clock: Clock, ids: readonly string[]): Promise<void> => {
	const { cause } = systemRequest(by, "notifications.interrupt", clock());
	await Promise.all(ids.map((id) => actors.send(id, "interrupt", { at: cause.at }, () => null, cause)));
};

/** Ends all leases of an exclusive store at start. The processes that held them have ended. */
export const takeOver = async (outbox: NotificationQueue, by: Caller, clock: Clock): Promise<void> => {
	for (let held = await underLease(outbox.collection); held.length > 0; held = await underLease(outbox.collection))
		await interrupt(outbox, by, clock, held);
};
