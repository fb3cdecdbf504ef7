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

/** Shipping rates and the state of shipments. */
export const Shipping = {
	/** Shipping options from the zones and rates in domain/zones.json. Without a country, those of the home zone. */
	quote: action("shipping.quote", {
		params: Strict({
			country: Nullable(Type.String()),
			currency: Currency,
			/** Total weight of the lines that need shipping. */
			weightGrams: Type.Integer({ minimum: 0 }),
			/** Subtotal of all lines in minor units. */
			subtotal: Type.Integer({ minimum: 0 }),
		}),
		returns: Type.Array(ShippingOption),
		idempotent: true,
	}),
	/** Records a shipment of an order. Idempotent. */
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
	/** Marks a shipment as delivered. Idempotent. */
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
