import { Type, type Static } from "@sinclair/typebox";
import { action, event } from "@kernel/contract";
import { Id, Quantity, Sku, Strict } from "@kernel/schemas";

const OrderId = Id("ord");
/** Maximum quantity on hand of a SKU, far below the largest safe integer. */
export const MAX_STOCK = 1_000_000_000;

export const StockLevel = Type.Object(
	{
		sku: Sku,
		onHand: Type.Integer(),
		reserved: Type.Integer(),
		allocated: Type.Integer(),
		available: Type.Integer(),
	},
	{ title: "StockLevel" },
);
export type StockLevel = Static<typeof StockLevel>;

const ofOneSku = { returns: StockLevel, shardBy: "sku" } as const;

/**
 * Stock levels per SKU. A reservation is an expiring hold, an allocation is stock committed to a confirmed order. Commands are idempotent per order,
 * shipment or idempotency key.
 */
export const Inventory = {
	/** Sets the quantity on hand. `onlyNew`: only if the SKU has never been counted. */
	set: action("inventory.set", {
		...ofOneSku,
		params: Strict({
			sku: Sku,
			onHand: Type.Integer({ minimum: 0, maximum: MAX_STOCK }),
			reason: Type.String({ maxLength: 200 }),
			onlyNew: Type.Optional(Type.Boolean()),
		}),
		returns: Type.Object({ level: StockLevel, changed: Type.Boolean() }),
		errors: ["STOCK_TOO_LOW"],
		idempotent: true,
		timeoutMs: 30_000,
	}),
	/** Reserves units until `expiresAt` (epoch ms). The order process allocates or releases them. */
	reserve: action("inventory.reserve", {
		...ofOneSku,
		params: Strict({ sku: Sku, orderId: OrderId, quantity: Quantity, expiresAt: Type.Integer() }),
		errors: ["OUT_OF_STOCK", "ILLEGAL_TRANSITION"],
		idempotent: true,
	}),
	allocate: action("inventory.allocate", {
		...ofOneSku,
		params: Strict({ sku: Sku, orderId: OrderId }),
		errors: ["ILLEGAL_TRANSITION"],
		idempotent: true,
	}),
	/** Releases all units that the order still holds, reserved or allocated. */
	release: action("inventory.release", { ...ofOneSku, params: Strict({ sku: Sku, orderId: OrderId }), idempotent: true }),
	/** Removes allocated units from stock, because they are shipped. */
	ship: action("inventory.ship", {
		...ofOneSku,
		params: Strict({ sku: Sku, orderId: OrderId, shipmentId: Id("shp"), quantity: Quantity }),
		errors: ["ILLEGAL_TRANSITION"],
		idempotent: true,
	}),
	/**
	 * The available quantity, checked before a reservation. A sufficient value may come from memory, because the reservation decides. An insufficient value is
	 * confirmed against the store.
	 */
	availability: action("inventory.availability", {
		params: Strict({ sku: Sku, quantity: Quantity }),
		returns: Type.Object({ available: Type.Integer() }),
		shardBy: "sku",
		idempotent: true,
	}),
	/** Levels of several SKUs. SKUs that were never counted are omitted. */
	levels: action("inventory.levels", {
		params: Strict({ skus: Type.Array(Sku, { maxItems: 5_000 }) }),
		returns: Type.Array(StockLevel),
		idempotent: true,
		timeoutMs: 30_000,
	}),

	level: action("inventory.level", {
		...ofOneSku,
		params: Strict({ sku: Sku }),
		errors: ["SKU_NOT_FOUND"],
		permission: "stock:read",
		idempotent: true,
		rest: "GET /v1/admin/stock/{sku}",
		http: { tag: "staff: stock", summary: "Stock level of a SKU" },
	}),
	adjust: action("inventory.adjust", {
		...ofOneSku,
		params: Strict({
			sku: Sku,
			delta: Type.Integer({ minimum: -MAX_STOCK, maximum: MAX_STOCK }),
			reason: Type.String({ minLength: 1, maxLength: 200 }),
		}),
		errors: ["SKU_NOT_FOUND", "STOCK_TOO_LOW", "VALIDATION_FAILED"],
		permission: "stock:write",
		rest: "POST /v1/admin/stock/{sku}/adjustments",
		http: { tag: "staff: stock", summary: "Adjust the stock of a SKU", status: 201, location: "/v1/admin/stock/{sku}" },
	}),
};

export const InventoryEvents = {
	/** The SKU became available, or unavailable. */
	availabilityChanged: event("stock.availabilityChanged", Type.Object({ sku: Sku, available: Type.Integer() })),
};
