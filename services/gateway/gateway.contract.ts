import { Type } from "@sinclair/typebox";
import { action } from "@kernel/contract";
import { Nullable, Page, PageParams, Strict, Timestamp } from "@kernel/schemas";

const Entry = Type.Object({
	id: Type.String(),
	at: Timestamp,
	actor: Type.String(),
	action: Type.String(),
	subject: Nullable(Type.String()),
	outcome: Type.String({ description: "ok, or the error code" }),
	requestId: Type.String(),
});

const DeadLetter = Type.Object({
	id: Type.String(),
	consumer: Type.String(),
	type: Type.String(),
	subject: Type.String(),
	attempts: Type.Integer(),
	failedAt: Timestamp,
	error: Type.String(),
});

/** Actions for operators that the gateway implements itself. */
export const Operations = {
	audit: action("gateway.audit", {
		params: Strict({ ...PageParams, actor: Type.Optional(Type.String({ maxLength: 128 })) }),
		returns: Page(Entry),
		errors: ["VALIDATION_FAILED"],
		permission: "operations:read",
		idempotent: true,
		rest: "GET /v1/admin/audit",
		http: { tag: "staff: operations", summary: "List audit entries: staff actions and failed logins, newest first" },
	}),
	deadLetters: action("gateway.deadLetters", {
		params: Strict({ ...PageParams }),
		returns: Page(DeadLetter),
		errors: ["VALIDATION_FAILED"],
		permission: "operations:read",
		idempotent: true,
		rest: "GET /v1/admin/dead-letters",
		http: { tag: "staff: operations", summary: "List dead letters" },
	}),
	replayDeadLetter: action("gateway.replayDeadLetter", {
		params: Strict({ id: Type.String({ minLength: 1, maxLength: 512 }) }),
		returns: Type.Object({ status: Type.Literal("accepted") }),
		errors: ["DEAD_LETTER_NOT_FOUND"],
		permission: "operations:write",
		rest: "POST /v1/admin/dead-letters/{id}/replay",
		http: { tag: "staff: operations", summary: "Redeliver a dead letter", status: 202 },
	}),
};
