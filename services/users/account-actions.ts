import { Type } from "@sinclair/typebox";
import { call } from "@kernel/contract";
import { derivedId, randomId } from "@kernel/ids";
import { isRejection, reject } from "@kernel/rejection";
import { decodeCursor, encodeCursor, invalidCursor, pageOf } from "@mixins/service/cursor";
import { serviceError } from "@mixins/errors/service-errors";
import type { Request } from "@mixins/service/request";
import type { Handlers } from "@mixins/service/define-service";
import { Carts } from "@services/carts/carts.contract";
import { Orders } from "@services/orders/orders.contract";
import type { LastAdministratorGuard } from "./last-administrator-guard";
import { endSessions } from "./credential-actions";
import { read, userView, addressView, type UsersContext } from "./context";
import type { Address, User } from "./domain/model";
import type { Erase } from "./erasure";
import type { Users } from "./users.contract";

const Place = Type.Object({ sequence: Type.Integer() });

/** @throws Error for a guest, which the gateway should have rejected */
const myId = ({ principal }: Request): string => {
	if (principal.kind !== "user") throw new Error("this action requires a logged-in user");
	return principal.id;
};

const trimmed = <Fields extends Partial<Address>>(fields: Fields): Fields =>
	Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, typeof value === "string" ? value.trim() : value])) as Fields;

/** View of an address that the command has just written. */
const addressOf = (id: string) => (state: User) => addressView(state.addresses.find((address) => address.id === id)!);

export const accountActions = (context: UsersContext, adminGuard: LastAdministratorGuard, erase: Erase) =>
	({
		me: async (_, request) => (await read(context, myId(request), userView)) ?? reject("USER_NOT_FOUND"),

		updateMe: ({ name, locale }, request) =>
			context.actors.sendExpecting(myId(request), "changeDetails", { name: name?.trim(), locale }, userView, request),

		deleteMe: async (_, request) => {
			const id = myId(request);
			const { cause, expected } = request;
			const outcome = await adminGuard.runGuarded(
				id,
				() => false,
				expected,
				cause,
				async ({ user }) =>
					context.actors.sendExpecting(id, "remove", {}, ({ stamp }) => ({ stamp }), { cause, expected: user.version }),
			);
			if (isRejection(outcome)) return outcome;
			await endSessions(request, id, outcome.stamp, "deleted");
			// If this fails, the consumer of `user.secured` completes the erasure.
			await erase(request, id).catch(() => undefined);
			return {};
		},

		exportMe: async (_, request) => {
			const userId = myId(request);
			const found = await read(context, userId, (state, version) => ({
				user: userView(state, version),
				addresses: state.addresses.map(addressView),
			}));
			if (!found) return reject("USER_NOT_FOUND");
			try {
				const [orders, cart] = await Promise.all([
					call(request.caller, Orders.ofCustomer, { userId }),
					call(request.caller, Carts.ofCustomer, { userId }),
				]);
				return { ...found, orders, cart };
			} catch {
				throw serviceError("UNAVAILABLE"); // an incomplete export must not pass as complete
			}
		},

		addresses: async ({ limit = 20, cursor }, request) => {
			const after = cursor === undefined ? { sequence: 0 } : decodeCursor(cursor, Place);
			if (!after) return invalidCursor();
			const rest = await read(context, myId(request), ({ addresses }) =>
				addresses.filter(({ sequence }) => sequence > after.sequence),
			);
			if (!rest) return reject("USER_NOT_FOUND");
			const { page, next } = pageOf(rest, limit, ({ sequence }) => ({ sequence }));
			return { items: page.map(addressView), nextCursor: next && encodeCursor(next) };
		},

		addAddress: (address, request) => {
			const { seed, cause } = request;
			const id = seed === undefined ? randomId("adr", cause.at) : derivedId("adr", seed);
			return context.actors.send(myId(request), "keepAddress", { id, address: trimmed(address) }, addressOf(id), cause);
		},

		updateAddress: ({ id, version: _, ...patch }, request) => {
			const { expected, cause } = request;
			return context.actors.send(myId(request), "changeAddress", { id, patch: trimmed(patch), expected }, addressOf(id), cause);
		},

		removeAddress: ({ id }, request) => {
			const { expected, cause } = request;
			return context.actors.send(myId(request), "removeAddress", { id, expected }, () => ({}), cause);
		},
	}) satisfies Partial<Handlers<typeof Users>>;
