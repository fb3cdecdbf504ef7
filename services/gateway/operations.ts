import { Type } from "@sinclair/typebox";
import type { Runtime } from "@config/runtime";
import { rfc3339 } from "@kernel/clock";
import { reject } from "@kernel/rejection";
import { decodeCursor, encodeCursor } from "@mixins/service/cursor";
import type { Handlers } from "@mixins/service/define-service";
import type { AuditTrail } from "./pipeline/audit";
import type { Operations } from "./gateway.contract";
import { auditPage } from "./gateway.store";

const DEFAULT_LIMIT = 20;
const Place = Type.Object({ at: Type.Integer(), id: Type.String() }, { additionalProperties: false });

const badCursor = () => reject("VALIDATION_FAILED", { errors: [{ path: "/cursor", message: "is not a valid cursor for this list" }] });

/** Builds a page from up to `limit` + 1 items. The extra item shows that there is a next page. */
const page = <Found, Item>(
	found: readonly Found[],
	limit: number,
	place: (last: Found) => { at: number; id: string },
	view: (found: Found) => Item,
) => {
	const shown = found.slice(0, limit);
	const last = shown.at(-1);
	return { items: shown.map(view), nextCursor: found.length > limit && last ? encodeCursor(place(last)) : null };
};

/** Handlers of the actions for operators. */
export const operations = ({ bus }: Runtime, trail: AuditTrail): Handlers<typeof Operations> => ({
	async audit({ limit = DEFAULT_LIMIT, cursor, actor }) {
		const after = cursor === undefined ? undefined : decodeCursor(cursor, Place);
		if (cursor !== undefined && !after) return badCursor();
		const found = await auditPage(trail.entries, actor, limit + 1, after);
		return page(
			found,
			limit,
			({ id, state }) => ({ at: state.at, id }),
			({ id, state }) => ({ ...state, id, at: rfc3339(state.at) }),
		);
	},

	async deadLetters({ limit = DEFAULT_LIMIT, cursor }) {
		const after = cursor === undefined ? undefined : decodeCursor(cursor, Place);
		if (cursor !== undefined && !after) return badCursor();
		const found = await bus.listDeadLetters(limit + 1, after && { id: after.id, firstFailedAt: after.at });
		return page(
			found,
			limit,
			({ id, firstFailedAt }) => ({ at: firstFailedAt, id }),
			({ id, consumer, event, attempts, firstFailedAt, lastError }) => ({
				id,
				consumer,
				type: event.type,
				subject: event.subject,
				attempts,
				failedAt: rfc3339(firstFailedAt),
				error: lastError,
			}),
		);
	},

	async replayDeadLetter({ id }) {
		return (await bus.replayDeadLetter(id)) ? { status: "accepted" as const } : reject("DEAD_LETTER_NOT_FOUND");
	},
});
