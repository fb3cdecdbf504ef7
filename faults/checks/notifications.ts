import { finding, type Check } from "./check-input";

/** Each event is notified exactly once, even if it is delivered more than once. */
export const notifiedOnce: Check = ({ snapshot }) => {
	const told = new Map<string, number>();
	for (const { state } of snapshot.followers?.notifications ?? []) {
		if (!state.news || !("orderId" in state.news)) continue;
		const name = `${state.news.template} ${state.news.orderId}`;
		told.set(name, (told.get(name) ?? 0) + 1);
	}
	return snapshot.orders.flatMap(({ id, history }) => {
		const happened = history.flatMap(({ events }) => events.map(({ type }) => type));
		const count = (type: string): number => happened.filter((other) => other === type).length;
		const wanted = [
			["order-confirmation", count("order.confirmed")],
			["shipment", count("order.shipped")],
			["refund", count("order.refunded")],
		] as const;
		return wanted.flatMap(([template, times]) => {
			const there = told.get(`${template} ${id}`) ?? 0;
			return there === times
				? []
				: [finding("I9 each event is notified once", id, `${template}: ${there} mails for ${times} events`)];
		});
	});
};
