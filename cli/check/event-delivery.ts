import { derivedId } from "@kernel/ids";
import type { Commit } from "@mixins/store/port";
import type { OrderEvent } from "@services/orders/domain/model";
import type { StoreSnapshot, Entry, OrderEntry } from "./snapshot";
import { violation, type Violation } from "./violation";

/** An event that is not delivered within this time counts as lost. An operator must know of such a delay in any case. */
export const DELIVERY_GRACE_MS = 10 * 60_000;

/** The checkout's reply reports these to the buyer, so they need no mail. */
const TOLD_AT_ONCE = new Set(["paymentDeclined", "outOfStock"]);

const templateOf = (event: OrderEvent): string | undefined => {
	switch (event.type) {
		case "order.confirmed":
			return "order-confirmation";
		case "order.shipped":
			return "shipment";
		case "order.refunded":
			return "refund";
		case "order.cancelled":
			return TOLD_AT_ONCE.has(event.reason) ? undefined : "order-cancelled";
		default:
			return undefined;
	}
};

interface Fact<Event> {
	readonly commit: Commit<Event>;
	readonly event: Event;
	/** The name of the kind in the relay. */
	readonly eventId: string;
}

const facts = <Event>(kind: string, { id, history }: Entry<unknown, Event>): Fact<Event>[] =>
	history.flatMap((commit) =>
		commit.events.map((event, index) => ({ commit, event, eventId: `${kind}:${id}:${commit.version}:${index}` })),
	);

type Found = readonly { readonly subject: string; readonly what: string; readonly at: number }[];

const notTold = (orders: readonly OrderEntry[], notices: ReadonlySet<string>): Found =>
	orders.flatMap((order) =>
		facts("order", order).flatMap(({ event, eventId, commit }) => {
			const template = templateOf(event);
			return template === undefined || notices.has(derivedId("ntf", eventId, template))
				? []
				: { subject: order.id, what: `no notification for ${event.type} (version ${commit.version})`, at: commit.at };
		}),
	);

/** A notification's id is derived from its event. A notification without an event in the journal is therefore a duplicate or unfounded. */
const toldOfNothing = (orders: readonly OrderEntry[], notices: readonly { readonly id: string; readonly orderId: string }[]): Found => {
	const caused = new Set(
		orders.flatMap((order) =>
			facts("order", order).flatMap(({ event, eventId }) => {
				const template = templateOf(event);
				return template === undefined ? [] : derivedId("ntf", eventId, template);
			}),
		),
	);
	return notices
		.filter(({ id }) => !caused.has(id))
		.map(({ id, orderId }) => ({ subject: orderId, what: `${id} notifies of an event that is not in the journal`, at: -Infinity }));
};

const paymentsNotFollowed = ({ payments, orders }: StoreSnapshot): Found => {
	const heard = new Map(orders.map(({ id, state }) => [id, state.payment]));
	return payments.flatMap((payment) => {
		const last = facts("payment", payment).findLast(({ event }) => event.type === "payment.changed");
		const known = heard.get(payment.state.orderId);
		return last === undefined || known === undefined || (known?.version ?? 0) >= last.commit.version
			? []
			: { subject: payment.state.orderId, what: `has not applied payment version ${last.commit.version}`, at: last.commit.at };
	});
};

const shipmentsNotFollowed = ({ orders }: StoreSnapshot, { shipments }: NonNullable<StoreSnapshot["followers"]>): Found => {
	const parcels = new Map(shipments.map((shipment) => [shipment.id, shipment]));
	return orders.flatMap((order) =>
		order.state.shipments.flatMap(({ id, status }) => {
			const parcel = parcels.get(id);
			const shipped = facts("order", order).find(({ event }) => event.type === "order.shipped" && event.shipmentId === id);
			if (!parcel) return { subject: order.id, what: `${id} was not dispatched`, at: shipped?.commit.at ?? 0 };
			return parcel.state.status === "delivered" && status !== "delivered"
				? { subject: order.id, what: `has not applied the delivery of ${id}`, at: parcel.history.at(-1)!.at }
				: [];
		}),
	);
};

/** I9, checked by the consumers' records: mails, shipments, and the payment and shipment states stored in orders. */
export const checkEventDelivery = (snapshot: StoreSnapshot, quiet: boolean): Violation[] => {
	const { followers, orders } = snapshot;
	if (!followers) return [];
	const notices = followers.notifications.flatMap(({ id, state: { news, channel } }) =>
		news && "orderId" in news && channel === "email" ? { id, orderId: news.orderId } : [],
	);
	const newest = Math.max(
		...[orders, snapshot.payments, snapshot.carts, snapshot.stocks].flat().map(({ history }) => history.at(-1)?.at ?? 0),
		0,
	);
	return [
		notTold(orders, new Set(notices.map(({ id }) => id))),
		toldOfNothing(orders, notices),
		paymentsNotFollowed(snapshot),
		shipmentsNotFollowed(snapshot, followers),
	]
		.flat()
		.filter(({ at }) => quiet || at < newest - DELIVERY_GRACE_MS)
		.map(({ subject, what }) => violation("I9", subject, what));
};
