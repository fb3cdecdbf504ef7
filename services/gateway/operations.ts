import { Type } from "@sinclair/typebox";
import type { Runtime } from "@config/runtime";
import { rfc3339 } from "@kernel/clock";
import { reject } from "@kernel/rejection";
import { decodeCursor, encodeCursor, invalidCursor, pageOf } from "@mixins/service/cursor";
import type { Handlers } from "@mixins/service/define-service";
import type { AuditTrail } from "./pipeline/audit";
import type { Operations } from "./gateway.contract";
import { auditPage } from "./gateway.store";

const DEFAULT_LIMIT = 20;
const Place = Type.Object({ at: Type.Integer(), id: Type.String() }, { additionalProperties: false });

/** Handlers of the gateway's own actions for operators. */
export const operations = ({ bus }: Runtime, trail: AuditTrail): Handlers<typeof Operations> => ({
	async audit({ limit = DEFAULT_LIMIT, cursor, actor }) {
		const after = cursor === undefined ? undefined : decodeCursor(cursor, Place);
		if (cursor !== undefined && !after) return invalidCursor();
		const found = await auditPage(trail.entries, actor, limit + 1, after);
		const { page, next } = pageOf(found, limit, ({ id, state }) => ({ at: state.at, id }));
		return { items: page.map(({ id, state }) => ({ ...state, id, at: rfc3339(state.at) })), nextCursor: next && encodeCursor(next) };
	},

	async deadLetters({ limit = DEFAULT_LIMIT, cursor }) {
		const after = cursor === undefined ? undefined : decodeCursor(cursor, Place);
		if (cursor !== undefined && !after) return invalidCursor();
		const found = await bus.listDeadLetters(limit + 1, after && { id: after.id, firstFailedAt: after.at });
		const { page, next } = pageOf(found, limit, ({ id, firstFailedAt }) => ({ at: firstFailedAt, id }));
		return {
			items: page.map(({ id, consumer, event, attempts, firstFailedAt, lastError }) => ({
				id,
				consumer,
				type: event.type,
				subject: event.subject,
				attempts,
				failedAt: rfc3339(firstFailedAt),
				error: lastError,
			})),
			nextCursor: next && encodeCursor(next),
		};
	},

	async replayDeadLetter({ id }) {
		return (await bus.replayDeadLetter(id)) ? { status: "accepted" as const } : reject("DEAD_LETTER_NOT_FOUND");
	},
});
