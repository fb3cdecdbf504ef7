import { decider } from "@kernel/decider";
import * as commands from "./commands";
import { evolve } from "./evolve";
import type { Order, OrderEvent, Placement } from "./model";

const NOTHING_PLACED: Placement = {
	number: "",
	cartId: "",
	cartVersion: 0,
	currency: "",
	customerId: null,
	email: "",
	locale: "en",
	shippingAddress: null,
	billingAddress: null,
	shippingMethod: null,
	note: null,
	lines: [],
	taxIncluded: true,
	subtotal: 0,
	discountTotal: 0,
	shippingTotal: 0,
	taxTotal: 0,
	total: 0,
	paymentId: "",
	provider: "",
	token: "",
	placedAt: 0,
};

export const order = decider<Order, OrderEvent>()({
	initial: (id) => ({
		...NOTHING_PLACED,
		id,
		status: "new",
		cancelReason: null,
		cancelling: null,
		payment: null,
		captureWanted: null,
		shipments: [],
		updatedAt: 0,
	}),
	commands,
	evolve,
});
