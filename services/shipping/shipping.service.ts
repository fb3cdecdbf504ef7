import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { Actors } from "@mixins/actors/actor";
import { defineService } from "@mixins/service/define-service";
import { quote, type ShippingTable } from "./domain/rates";
import { shipment, type Shipment as State } from "./domain/shipment";
import zones from "./domain/zones.json";
import { Shipping, type Shipment } from "./shipping.contract";
import { shipments } from "./shipping.store";

const view = ({ status, lines, ...details }: State): Shipment => ({
	...details,
	status: status === "delivered" ? "delivered" : "shipped",
	lines: lines.map((line) => ({ ...line })),
});

export const shipping = ({ clock, store }: Runtime): ServiceSchema => {
	const shippingStore = store("shipping");
	const actors = new Actors(shipment, shippingStore.collection(shipments), { exclusive: shippingStore.exclusive });

	return defineService(
		"shipping",
		Shipping,
		{
			quote: (parcel) => Promise.resolve(quote(zones as ShippingTable, parcel)),
			dispatch: ({ shipmentId, ...details }, { cause }) => actors.create(shipmentId, "dispatch", details, view, cause),
			arrive: ({ shipmentId }, { cause }) => actors.send(shipmentId, "arrive", {}, view, cause),
		},
		{ clock },
	);
};
