import type { Money } from "@kernel/money";
import type { Address } from "@kernel/schemas";

export interface PurchasedLine {
	readonly title: string;
	/** Null or empty: the product has no variants to tell apart. */
	readonly variantTitle: string | null;
	readonly quantity: number;
	readonly total: Money;
}

export interface OrderConfirmation {
	readonly orderNumber: string;
	/** RFC 3339. */
	readonly placedAt: string;
	/** ISO 4217. */
	readonly currency: string;
	readonly lines: readonly PurchasedLine[];
	readonly subtotal: Money;
	/** What is taken off, as a positive amount. Shown where it is not 0. */
	readonly discountTotal?: Money;
	readonly shippingTotal: Money;
	readonly taxTotal: Money;
	/** Whether prices hold the tax already. */
	readonly taxIncluded: boolean;
	readonly total: Money;
	/** Null: nothing to ship, and no word of shipping. */
	readonly shippingAddress: Address | null;
	readonly orderUrl?: string | null;
}

export interface ShipmentNotice {
	readonly orderNumber: string;
	readonly carrier: string;
	readonly trackingNumber: string;
	readonly lines: readonly { readonly title: string; readonly variantTitle?: string | null; readonly quantity: number }[];
}

export interface RefundNotice {
	readonly orderNumber: string;
	/** Of this refund, not of all of them. */
	readonly amount: Money;
}

/** The reasons that a shopper is told. Any other, such as a note of the staff, stays inside the shop. */
export const CANCEL_REASONS = ["outOfStock", "paymentDeclined", "paymentExpired"] as const;

export interface CancellationNotice {
	readonly orderNumber: string;
	/** One of CANCEL_REASONS is explained; whatever else it is, it is not shown. */
	readonly reason: string;
}

/** A mail whose secret opens something. With a link it is a button; without one the token itself is shown. */
interface SecretMail {
	readonly name: string;
	readonly token: string;
	/** http or https; anything else counts as none. Null or absent: the shop has no address to link to. */
	readonly link?: string | null;
}

export interface PasswordReset extends SecretMail {
	readonly expiresInMinutes: number;
}

export type EmailVerification = SecretMail;

/** To the owner of an address that somebody tried to register again: `name` is the owner's, never what that somebody typed. */
export interface AccountExists {
	readonly name: string;
}

/** What each template is filled with. */
export interface Contents {
	readonly "order-confirmation": OrderConfirmation;
	readonly shipment: ShipmentNotice;
	readonly refund: RefundNotice;
	readonly "order-cancelled": CancellationNotice;
	readonly "password-reset": PasswordReset;
	readonly "email-verification": EmailVerification;
	readonly "account-exists": AccountExists;
}

export type Template = keyof Contents;

export const TEMPLATES = [
	"order-confirmation",
	"shipment",
	"refund",
	"order-cancelled",
	"password-reset",
	"email-verification",
	"account-exists",
] as const satisfies readonly Template[];

/** What somebody is told: a template and all that it needs. */
export type NotificationContent = { readonly [T in Template]: { readonly template: T; readonly data: Contents[T] } }[Template];
