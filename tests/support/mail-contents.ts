import type { Contents } from "@services/notifications/domain/message-content";

export const eur = (amount: number) => ({ amount, currency: "EUR" });
export const link = "https://shop.example/account?token=abc&x=1";

/** Sample content for each template. */
export const SAMPLES: Contents = {
	"order-confirmation": {
		orderNumber: "1042",
		placedAt: "2026-11-24T23:19:56Z",
		currency: "EUR",
		lines: [
			{ title: "Talavera mug", variantTitle: "Blue", quantity: 2, total: eur(3998) },
			{ title: "Oilcloth bag", variantTitle: "Default Title", quantity: 1, total: eur(123_450) },
		],
		subtotal: eur(127_448),
		discountTotal: eur(1000),
		shippingTotal: eur(490),
		taxTotal: eur(22_031),
		taxIncluded: true,
		total: eur(126_938),
		shippingAddress: { name: "Ana García", line1: "Calle Mayor 1", city: "Madrid", postalCode: "28013", country: "ES" },
		orderUrl: link,
	},
	shipment: {
		orderNumber: "1042",
		carrier: "Correos",
		trackingNumber: "PQ4F6R",
		lines: [{ title: "Talavera mug", variantTitle: "Blue", quantity: 2 }],
	},
	refund: { orderNumber: "1042", amount: eur(3998) },
	"order-cancelled": { orderNumber: "1042", reason: "outOfStock" },
	"password-reset": { name: "Ana", token: "secret-token", expiresInMinutes: 60, link },
	"email-verification": { name: "Ana", token: "secret-token", link },
	"account-exists": { name: "Ana" },
};

export const HOSTILE = `<script>alert(1)</script>{{7*7}}\r\nBcc: eve@example.com\u2028"'\`=&\u202e`;
/** Fields without free text. They are validated on input. */
const OURS = new Set(["currency", "country", "placedAt", "link", "orderUrl"]);

/** Copies a value with hostile text in every field that may contain user input. */
export const hostile = (value: unknown): unknown => {
	if (typeof value === "string") return value === "Default Title" ? value : HOSTILE; // the title of an only variant is not shown
	if (Array.isArray(value)) return value.map(hostile);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, OURS.has(key) ? inner : hostile(inner)]));
};
