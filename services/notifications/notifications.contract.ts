import { Type } from "@sinclair/typebox";
import { action } from "@kernel/contract";
import { Nullable, Page, PageParams, Strict, Timestamp } from "@kernel/schemas";

const literals = <const T extends string>(...values: readonly T[]) => Type.Union(values.map((value) => Type.Literal(value)));
const Status = literals("queued", "sent", "skipped", "failed");

/** What the shop has told whom. Driven by events alone; an operator may look. */
export const Notifications = {
	/** The newest first. */
	list: action("notifications.list", {
		params: Strict({ ...PageParams, status: Type.Optional(Status) }),
		returns: Page(
			Type.Object({
				id: Type.String(),
				template: Type.String(),
				channel: literals("email", "sms"),
				/** Id of the order or user. */
				about: Type.String(),
				/** Masked; null until it is sent. */
				to: Nullable(Type.String()),
				/** "skipped": there was nothing to say any more. */
				status: Status,
				attempts: Type.Integer(),
				/** Of the last attempt, or why it was skipped. */
				error: Nullable(Type.String()),
				nextAttemptAt: Nullable(Timestamp),
				createdAt: Timestamp,
			}),
		),
		errors: ["VALIDATION_FAILED"],
		idempotent: true,
	}),
};
