import { setTimeout as pause } from "node:timers/promises";
import type { Order } from "@services/orders/orders.contract";
import type { SeededRandom } from "./seeded-random";
import type { Answer } from "./client";
import { isAccepted, type StaffOperation } from "./history";
import type { ShopperContext } from "./shopper";

const WORK = { cancel: 2, refund: 3, ship: 4, deliver: 3 } as const;

type Told = Answer<Order & { code?: string }>;

/** A rejection after an attempt without a reply may result from that attempt, or from a session that has ended. */
const outcomeOf = ({ status, repeated }: Told): StaffOperation["outcome"] => {
	if (status === 200 || status === 201) return "done";
	return status === 0 || repeated ? "unclear" : "refused";
};

/** Runs one staff member, who cancels, refunds, ships and delivers incoming orders. */
export const runStaffMember = async (
	{ ask, history, isOver }: ShopperContext,
	token: (fresh: boolean) => Promise<string | undefined>,
	random: SeededRandom,
	name: string,
): Promise<void> => {
	for (let round = 0; !isOver(); round++) {
		await pause(random.int(50, 250));
		const placed = history.carts.flatMap(({ attempts }) => attempts.filter(isAccepted));
		if (placed.length === 0) continue;
		const { id: orderId } = random.pick(placed).told.order!;
		const as = { token: await token(false), key: `${name}.${round}` };
		if (!as.token) continue;
		const act = (kind: StaffOperation["kind"], answer: Told, more: Partial<StaffOperation> = {}): void => {
			history.staffOperations.push({ kind, orderId, shipmentId: null, amount: 0, outcome: outcomeOf(answer), ...more });
		};
		const current = await ask<Order>("GET", `/v1/admin/orders/${orderId}`, undefined, as);
		if (current.status === 401) await token(true);
		if (current.status !== 200) continue;
		const order = current.body;
		switch (random.weighted(WORK)) {
			case "cancel":
				// It needs no key: an executed cancellation rejects a second one.
				act("cancel", await ask("POST", `/v1/admin/orders/${orderId}/cancel`, { reason: "faults" }, { token: as.token }));
				break;
			case "refund": {
				const amount = random.int(1, Math.max(1, Math.floor(order.total.amount / 3)));
				const wanted = { amount: { amount, currency: order.currency }, reason: "faults" };
				act("refund", await ask("POST", `/v1/admin/orders/${orderId}/refunds`, wanted, as), { amount });
				break;
			}
			case "ship": {
				const line = random.pick(order.lines);
				const parcel = {
					carrier: "Correos",
					trackingNumber: `T${round}`,
					...(random.of(0.4) && { lines: [{ lineId: line.id, quantity: 1 }] }),
				};
				act("ship", await ask("POST", `/v1/admin/orders/${orderId}/shipments`, parcel, as));
				break;
			}
			case "deliver": {
				const parcel = order.shipments.find(({ status }) => status === "shipped");
				if (parcel)
					act("deliver", await ask("POST", `/v1/admin/shipments/${parcel.id}/deliver`, {}, as), { shipmentId: parcel.id });
				break;
			}
		}
	}
};
