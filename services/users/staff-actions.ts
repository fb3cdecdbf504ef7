import { Type } from "@sinclair/typebox";
import { isRejection } from "@kernel/rejection";
import { decodeCursor, encodeCursor, invalidCursor, pageOf } from "@mixins/service/cursor";
import type { Handlers } from "@mixins/service/define-service";
import { staysAdministrator, type LastAdministratorGuard } from "./last-administrator-guard";
import { endSessions } from "./credential-actions";
import { userView, standingView, type UsersContext } from "./context";
import { normalEmail } from "./domain/email";
import type { Users } from "./users.contract";
import { page as usersAfter } from "./users.store";

const Place = Type.Object({ value: Type.Number(), id: Type.String() });

export const staffActions = (context: UsersContext, adminGuard: LastAdministratorGuard) =>
	({
		list: async ({ limit = 20, cursor, email, role }) => {
			const after = cursor === undefined ? undefined : decodeCursor(cursor, Place);
			if (cursor !== undefined && !after) return invalidCursor();
			const found = await usersAfter(context.collection, {
				email: email === undefined ? undefined : normalEmail(email),
				role,
				limit: limit + 1,
				after,
			});
			const { page, next } = pageOf(found, limit, ({ id, state }) => ({ value: state.createdAt, id }));
			return {
				items: page.map(({ state, version }) => userView(state, version)),
				nextCursor: next && encodeCursor(next),
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
