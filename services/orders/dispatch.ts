import { call, type Caller } from "@kernel/contract";
import { derivedId } from "@kernel/ids";
import type { Request } from "@mixins/service/request";
import { Inventory } from "@services/inventory/inventory.contract";
import { Shipping } from "@services/shipping/shipping.contract";
import type { Order, OrderShipment } from "./domain/model";

const shipStock = async (caller: Caller, order: Order, shipmentId: string, lines: OrderShipment["lines"]): Promise<void> => {
	const skus = new Map(order.lines.map(({ id, sku }) => [id, sku]));
	const leaving = [...Map.groupBy(lines, ({ lineId }) => skus.get(lineId) ?? "")];
	await Promise.all(
		leaving.map(([sku, same]) =>
			call(caller, Inventory.ship, {
				sku,
				orderId: order.id,
				shipmentId,
				quantity: same.reduce((total, { quantity }) => total + quantity, 0),
			}),
		),
	);
};

/** Registers the shipment with shipping and takes its quantities out of the stock. Idempotent. */
export const dispatchShipment = async ({ caller }: Pick<Request, "caller">, order: Order, shipmentId: string): Promise<void> => {
	const shipment = order.shipments.find(({ id }) => id === shipmentId);
	if (!shipment) throw new Error(`${order.id} has no shipment ${shipmentId}`);
	const { lines, carrier, trackingNumber } = shipment;
	await Promise.all([
		call(caller, Shipping.dispatch, {
			shipmentId,
			orderId: order.id,
			carrier,
			trackingNumber,
			lines: lines.map((line) => ({ ...line })),
		}),
		shipStock(caller, order, shipmentId, lines),
	]);
};

/** Takes all quantities of an order that needs no parcel out of the stock. Idempotent. */
export const shipWithoutParcel = (caller: Caller, order: Order): Promise<void> =>
	shipStock(
		caller,
		order,
		derivedId("shp", order.id, "no parcel"),
		order.lines.map(({ id, quantity }) => ({ lineId: id, quantity })),
	);
