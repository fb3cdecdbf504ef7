import { finding, type Evidence, type Judge } from "./evidence";

/** Each fact is told once: the consumers of events saw it, and saw it as one. */
export const toldOnce: Judge = ({ books, notices }) => {
	const told = new Map<string, number>();
	const name = ({ template, orderId }: Evidence["notices"][number]): string => `${template} ${orderId}`;
	for (const notice of notices) told.set(name(notice), (told.get(name(notice)) ?? 0) + 1);
	return books.orders.flatMap(({ id, history }) => {
		const happened = history.flatMap(({ events }) => events.map(({ type }) => type));
		const count = (type: string): number => happened.filter((other) => other === type).length;
		const wanted = [
			["order-confirmation", count("order.confirmed")],
			["shipment", count("order.shipped")],
			["refund", count("order.refunded")],
		] as const;
		return wanted.flatMap(([template, times]) => {
			const there = told.get(`${template} ${id}`) ?? 0;
			return there === times ? [] : [finding("I9 each fact is told once", id, `${template}: ${there} mails for ${times}`)];
		});
	});
};
