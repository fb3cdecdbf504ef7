import { Type } from "@sinclair/typebox";
import { isRejection, reject } from "@kernel/rejection";
import { decodeCursor, encodeCursor } from "@mixins/service/cursor";
import type { Handlers } from "@mixins/service/define-service";
import { staysAdministrator, type Administration } from "./last-administrator-guard";
import { endSessions } from "./credential-actions";
import { show, standing, type Directory } from "./context";
import { normalEmail } from "./domain/email";
import type { Users } from "./users.contract";
import { page } from "./users.store";

const Place = Type.Object({ value: Type.Number(), id: Type.String() });

export const staff = (home: Directory, administration: Administration) =>
	({
		list: async ({ limit = 20, cursor, email, role }) => {
			const after = cursor === undefined ? undefined : decodeCursor(cursor, Place);
			if (cursor !== undefined && !after)
				return reject("VALIDATION_FAILED", { errors: [{ path: "/cursor", message: "no cursor of this list" }] });
			const found = await page(home.collection, {
				email: email === undefined ? undefined : normalEmail(email),
				role,
				limit: limit + 1,
				after,
			});
			const shown = found.slice(0, limit);
			const last = found.length > limit ? shown.at(-1) : undefined;
			return {
				items: shown.map(({ state, version }) => show(state, version)),
				nextCursor: last ? encodeCursor({ value: last.state.createdAt, id: last.id }) : null,
			};
		},

		update: async ({ id, role, disabled }, request) => {
			const { cause, expected } = request;
			const change = { role, disabled };
			const outcome = await administration.guarded(id, staysAdministrator(change), expected, cause, async ({ user, stamp }) => {
				const after = await home.actors.edit(id, "administer", change, standing, { cause, expected: user.version });
				return isRejection(after) ? after : { ...after, secured: after.stamp !== stamp };
			});
			if (isRejection(outcome)) return outcome;
			if (outcome.secured) await endSessions(request, id, outcome.stamp, disabled === true ? "disabled" : "roleChanged");
			return outcome.user;
		},
	}) satisfies Partial<Handlers<typeof Users>>;
