import { reject } from "@kernel/rejection";
import type { Handlers } from "@mixins/service/define-service";
import type { Commit } from "@mixins/store/port";
import { orderSnapshot, type OrdersContext } from "./context";
import type { OrderEvent } from "./domain/model";
import { order } from "./domain/order";
import { runProcess } from "./process-runner";
import type { Orders } from "./orders.contract";
import { openSince } from "./orders.store";
import { orderView } from "./views";

const placedAtOf = (id: string, { events }: Commit<OrderEvent>): number => events.reduce(order.evolve, order.initial(id)).placedAt;

/** Actions for operators: find stuck orders, resume them, and inspect past states. */
export const operatorActions = (context: OrdersContext) =>
	({
		stuck: async ({ olderThanMs, limit }, { now }) => {
			const open = await openSince(context.collection, now - olderThanMs, limit);
			return open.map(({ state, version }) => orderView(state, version));
		},

		push: async ({ id }, { caller, cause }) => {
			const found = await context.actors.read(id, orderSnapshot);
			if (!found) return reject("ORDER_NOT_FOUND");
			const ended = await runProcess(context, caller, id, cause, found);
			return orderView(ended.order, ended.version);
		},

		at: async ({ id, at }) => {
			const history = await context.collection.history(id);
			// The placing time is the start of the checkout, which is before the first commit. Clocks of nodes differ, so a commit after
			// the first later one counts as later too.
			const later = history.findIndex((commit, index) => (index === 0 ? placedAtOf(id, commit) : commit.at) > at);
			const commits = later < 0 ? history : history.slice(0, later);
			const last = commits.at(-1);
			if (!last) return reject("ORDER_NOT_FOUND");
			return orderView(commits.flatMap(({ events }) => events).reduce(order.evolve, order.initial(id)), last.version);
		},
	}) satisfies Partial<Handlers<typeof Orders>>;
