import type { Kind } from "@mixins/store/port";
import { shipment, type Shipment, type ShipmentEvent } from "./domain/shipment";
import { ShippingEvents } from "./shipping.contract";

export const shipments: Kind<Shipment, ShipmentEvent> = {
	name: "shipment",
	revision: 1,
	initial: shipment.initial,
	evolve: shipment.evolve,
	fields: { orderId: { value: ({ orderId }) => orderId, indexed: true } },
	publishes: [ShippingEvents.delivered.type],
};
