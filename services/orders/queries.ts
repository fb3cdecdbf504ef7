import { Type } from "@sinclair/typebox";
import { reject } from "@kernel/rejection";
import { decodeCursor, encodeCursor, invalidCursor } from "@mixins/service/cursor";
import type { Handlers } from "@mixins/service/define-service";
import type { Comparison } from "@mixins/store/port";
import { isOrderToken } from "./checkout";
import { orderSnapshot, type OrdersContext } from "./context";
import type { Orders } from "./orders.contract";
import { allOf, newest } from "./orders.store";
import { orderView, timelineOf } from "./views";

const Place = Type.Object({ value: Type.Number(), id: Type.String() });

const invalid = (path: string, message: string) => reject("VALIDATION_FAILED", { errors: [{ path, message }] });

/** Parses an RFC 3339 date or time to epoch milliseconds; undefined if the text is neither. */
const timeOf = (text: string): number | undefined => {
	const at = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
	return Number.isNaN(at) ? undefined : at;
};

export const orderQueries = (context: OrdersContext, secret: string) => {
	const page = async (where: Readonly<Record<string, Comparison>>, limit: number, cursor: string | undefined) => {
		const after = cursor === undefined ? undefined : decodeCursor(cursor, Place);
		if (cursor !== undefined && !after) return invalidCursor();
		const { page, next, total } = await newest(context.collection, where, limit, after);
		return { items: page.map(({ state, version }) => orderView(state, version)), nextCursor: next && encodeCursor(next), total };
	};

	return {
		view: async ({ id }, { principal, orderToken }) => {
			const found = await context.actors.read(id, orderSnapshot);
			if (!found) return reject("ORDER_NOT_FOUND");
			const { customerId } = found.order;
			const theirs =
				customerId === null
					? orderToken !== undefined && isOrderToken(secret, id, orderToken)
					: principal.kind === "user" && principal.id === customerId;
			return theirs ? orderView(found.order, found.version) : reject("ORDER_NOT_FOUND");
		},

		mine: ({ limit = 20, cursor }, { principal }) => {
			if (principal.kind !== "user") throw new Error("only a customer has orders of their own");
			return page({ customerId: principal.id }, limit, cursor);
		},

		list: ({ limit = 20, cursor, placedFrom, placedTo, email, ...filters }) => {
			const from = placedFrom === undefined ? undefined : timeOf(placedFrom);
			const to = placedTo === undefined ? undefined : timeOf(placedTo);
			if (placedFrom !== undefined && from === undefined)
				return Promise.resolve(invalid("/placedFrom", "must be an RFC 3339 date or time"));
			if (placedTo !== undefined && to === undefined)
				return Promise.resolve(invalid("/placedTo", "must be an RFC 3339 date or time"));
			const placedAt = { ...(from !== undefined && { from }), ...(to !== undefined && { before: to + 1 }) };
			const where = {
				...filters,
				...(email !== undefined && { email: email.toLowerCase() }),
				...(Object.keys(placedAt).length > 0 && { placedAt }),
			};
			return page(where, limit, cursor);
		},

		read: async ({ id }) => {
			const found = await context.actors.read(id, orderSnapshot);
			if (!found) return reject("ORDER_NOT_FOUND");
			const timeline = timelineOf(await context.collection.history(id), found.order.currency);
			return { ...orderView(found.order, found.version), timeline };
		},

		lookup: async ({ id }) =>
			(await context.actors.read(id, (state, version) => ({ order: orderView(state, version), locale: state.locale }))) ??
			reject("ORDER_NOT_FOUND"),

		ofCustomer: async ({ userId }) => (await allOf(context.collection, userId)).map(({ state, version }) => orderView(state, version)),
	} satisfies Partial<Handlers<typeof Orders>>;
};
