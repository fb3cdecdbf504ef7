import { decider } from "@kernel/decider";
import { reject } from "@kernel/rejection";
import type { Transitions } from "@kernel/transitions";

/** A shipment of an order: one parcel. */
export interface Shipment {
	readonly id: string;
	readonly orderId: string;
	readonly status: ShipmentStatus;
	readonly carrier: string;
	readonly trackingNumber: string;
	readonly lines: readonly { readonly lineId: string; readonly quantity: number }[];
}

export type ShipmentStatus = "new" | "shipped" | "delivered";

export const SHIPMENT_TRANSITIONS: Transitions<ShipmentStatus, "dispatch" | "arrive"> = {
	new: { dispatch: { to: "shipped", emits: "shipment.dispatched" } },
	shipped: { arrive: { to: "delivered", emits: "shipment.delivered" } },
	delivered: {},
};

type Parcel = Pick<Shipment, "orderId" | "carrier" | "trackingNumber" | "lines">;

export type ShipmentEvent =
	| ({ readonly type: "shipment.dispatched" } & Parcel)
	| { readonly type: "shipment.delivered"; readonly shipmentId: string; readonly orderId: string };

const noEvents: readonly ShipmentEvent[] = [];
const happened = (event: ShipmentEvent): readonly ShipmentEvent[] => [event];

const dispatch = (parcel: Parcel, { status }: Shipment) =>
	status === "new" ? happened({ type: "shipment.dispatched", ...parcel }) : noEvents;

const arrive = (_: object, { id, orderId, status }: Shipment) => {
	if (status === "new") return reject("SHIPMENT_NOT_FOUND");
	return status === "delivered" ? noEvents : happened({ type: "shipment.delivered", shipmentId: id, orderId });
};

const evolve = (state: Shipment, event: ShipmentEvent): Shipment => {
	switch (event.type) {
		case "shipment.dispatched":
			return {
				id: state.id,
				status: "shipped",
				orderId: event.orderId,
				carrier: event.carrier,
				trackingNumber: event.trackingNumber,
				lines: event.lines,
			};
		case "shipment.delivered":
			return { ...state, status: "delivered" };
	}
};

export const shipment = decider<Shipment, ShipmentEvent>()({
	initial: (id) => ({ id, orderId: "", status: "new", carrier: "", trackingNumber: "", lines: [] }),
	commands: { dispatch, arrive },
	evolve,
});
