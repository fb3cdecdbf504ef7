import type { Money } from "@kernel/money";
import type { Address } from "@kernel/schemas";

export interface PurchasedLine {
	readonly title: string;
	/** Null or empty if the product has no variants to choose from. */
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
	/** Discount as a positive amount. Shown if it is not 0. */
	readonly discountTotal?: Money;
	readonly shippingTotal: Money;
	readonly taxTotal: Money;
	/** Whether prices include tax. */
	readonly taxIncluded: boolean;
	readonly total: Money;
	/** Null if nothing is shipped; the mail then does not mention shipping. */
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
	/** Amount of this refund, not the total of all refunds. */
	readonly amount: Money;
}

/** Cancellation reasons that shoppers are told. Others, such as notes of staff, are not disclosed. */
export const CANCEL_REASONS = ["outOfStock", "paymentDeclined", "paymentExpired"] as const;

export interface CancellationNotice {
	readonly orderNumber: string;
	/** Explained in the mail if it is one of CANCEL_REASONS, otherwise omitted. */
	readonly reason: string;
}

/** A mail with a secret. The mail shows a button for the link, or the token if there is no link. */
interface SecretMail {
	readonly name: string;
	readonly token: string;
	/** An http or https URL; any other value is ignored. Null or absent if PUBLIC_URL is not set. */
	readonly link?: string | null;
}

export interface PasswordReset extends SecretMail {
	readonly expiresInMinutes: number;
}

export type EmailVerification = SecretMail;

/** To the owner of an address that was registered again. `name` is the owner's name, not the one of the new registration. */
export interface AccountExists {
	readonly name: string;
}

/** Data of each template. */
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

/** Content of a notification: a template and its data. */
export type NotificationContent = { readonly [T in Template]: { readonly template: T; readonly data: Contents[T] } }[Template];
