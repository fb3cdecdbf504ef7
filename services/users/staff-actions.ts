import { Type } from "@sinclair/typebox";
import { isRejection, reject } from "@kernel/rejection";
import { decodeCursor, encodeCursor } from "@mixins/service/cursor";
import type { Handlers } from "@mixins/service/define-service";
import { staysAdministrator, type LastAdministratorGuard } from "./last-administrator-guard";
import { endSessions } from "./credential-actions";
import { userView, standingView, type UsersContext } from "./context";
import { normalEmail } from "./domain/email";
import type { Users } from "./users.contract";
import { page } from "./users.store";

const Place = Type.Object({ value: Type.Number(), id: Type.String() });

export const staffActions = (context: UsersContext, adminGuard: LastAdministratorGuard) =>
	({
		list: async ({ limit = 20, cursor, email, role }) => {
			const after = cursor === undefined ? undefined : decodeCursor(cursor, Place);
			if (cursor !== undefined && !after)
				return reject("VALIDATION_FAILED", { errors: [{ path: "/cursor", message: "is not a valid cursor for this list" }] });
			const found = await page(context.collection, {
				email: email === undefined ? undefined : normalEmail(email),
				role,
				limit: limit + 1,
				after,
			});
			const shown = found.slice(0, limit);
			const last = found.length > limit ? shown.at(-1) : undefined;
			return {
				items: shown.map(({ state, version }) => userView(state, version)),
				nextCursor: last ? encodeCursor({ value: last.state.createdAt, id: last.id }) : null,
			};
		},

		update: async ({ id, role, disabled }, request) => {
			const { cause, expected } = request;
			const change = { role, disabled };
			const outcome = await adminGuard.runGuarded(id, staysAdministrator(change), expected, cause, async ({ user, stamp }) => {
				const after = await context.actors.sendExpecting(id, "administer", change, standingView, { cause, expected: user.version });
				return isRejection(after) ? after : { ...after, secured: after.stamp !== stamp };
			});
			if (isRejection(outcome)) return outcome;
			if (outcome.secured) await endSessions(request, id, outcome.stamp, disabled === true ? "disabled" : "roleChanged");
			return outcome.user;
		},
	}) satisfies Partial<Handlers<typeof Users>>;
