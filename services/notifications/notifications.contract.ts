import { Type } from "@sinclair/typebox";
import { action } from "@kernel/contract";
import { Nullable, Page, PageParams, Strict, Timestamp } from "@kernel/schemas";

const literals = <const T extends string>(...values: readonly T[]) => Type.Union(values.map((value) => Type.Literal(value)));
const Status = literals("queued", "sent", "skipped", "failed");

/** Notifications are created by events only. Operators can list them. */
export const Notifications = {
	/** Sorted by creation time, newest first. */
	list: action("notifications.list", {
		params: Strict({ ...PageParams, status: Type.Optional(Status) }),
		returns: Page(
			Type.Object({
				id: Type.String(),
				template: Type.String(),
				channel: literals("email", "sms"),
				/** Id of the order or user. */
				about: Type.String(),
				/** Masked recipient; null until the notification is sent. */
				to: Nullable(Type.String()),
				/** "skipped": the notification was no longer needed. */
				status: Status,
				attempts: Type.Integer(),
				/** Error of the last attempt, or the reason for which the notification was skipped. */
				error: Nullable(Type.String()),
				nextAttemptAt: Nullable(Timestamp),
				createdAt: Timestamp,
			}),
		),
		errors: ["VALIDATION_FAILED"],
		idempotent: true,
	}),
};
