import { Type, type Static } from "@sinclair/typebox";
import { action, event } from "@kernel/contract";
import { Currency, Id, Money, Nullable, Strict } from "@kernel/schemas";

export const ShippingOption = Type.Object({
	id: Type.String(),
	name: Type.String(),
	price: Money,
	minDays: Type.Integer(),
	maxDays: Type.Integer(),
});
export type ShippingOption = Static<typeof ShippingOption>;

export const ShipmentId = Id("shp");

export const Shipment = Type.Object(
	{
		id: ShipmentId,
		orderId: Id("ord"),
		status: Type.Union([Type.Literal("shipped"), Type.Literal("delivered")]),
		carrier: Type.String(),
		trackingNumber: Type.String(),
		lines: Type.Array(Type.Object({ lineId: Id("line"), quantity: Type.Integer() })),
	},
	{ title: "Shipment" },
);
export type Shipment = Static<typeof Shipment>;

/** How goods travel: what it costs to send them, and what became of each parcel. */
export const Shipping = {
	/** From the zones and rates in shipping's data. No country: what is offered at home. Nothing to ship: none. */
	quote: action("shipping.quote", {
		params: Strict({
			country: Nullable(Type.String()),
			currency: Currency,
			/** Of the lines that need shipping. */
			weightGrams: Type.Integer({ minimum: 0 }),
			/** Of all lines, in minor units. */
			subtotal: Type.Integer({ minimum: 0 }),
		}),
		returns: Type.Array(ShippingOption),
		idempotent: true,
	}),
	/** Records a parcel that an order has handed over. */
	dispatch: action("shipping.dispatch", {
		params: Strict({
			shipmentId: ShipmentId,
			orderId: Id("ord"),
			carrier: Type.String({ maxLength: 100 }),
			trackingNumber: Type.String({ maxLength: 100 }),
			lines: Type.Array(Strict({ lineId: Id("line"), quantity: Type.Integer({ minimum: 1 }) })),
		}),
		returns: Shipment,
		shardBy: "shipmentId",
		idempotent: true,
	}),
	/** The parcel has arrived. The second time, nothing happens. */
	arrive: action("shipping.arrive", {
		params: Strict({ shipmentId: ShipmentId }),
		returns: Shipment,
		errors: ["SHIPMENT_NOT_FOUND"],
		shardBy: "shipmentId",
		idempotent: true,
	}),
};

export const ShippingEvents = {
	delivered: event("shipment.delivered", Type.Object({ shipmentId: ShipmentId, orderId: Id("ord") })),
};
