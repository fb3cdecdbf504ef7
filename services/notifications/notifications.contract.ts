import { Type } from "@sinclair/typebox";
import { action } from "@kernel/contract";
import { Page, PageParams, PERSONAL, Strict, Timestamp } from "@kernel/schemas";

/** What the shop has told whom. Driven by events alone; an operator may look. */
export const Notifications = {
	list: action("notifications.list", {
		params: Strict({ ...PageParams }),
		returns: Page(
			Type.Object({
				id: Type.String(),
				template: Type.String(),
				to: Type.String(PERSONAL),
				status: Type.Union([Type.Literal("queued"), Type.Literal("sent"), Type.Literal("failed")]),
				attempts: Type.Integer(),
				createdAt: Timestamp,
			}),
		),
		errors: ["VALIDATION_FAILED"],
		idempotent: true,
	}),
};
