import type { Money } from "@kernel/money";
import {
	CANCEL_REASONS,
	type EmailVerification,
	type NotificationContent,
	type OrderConfirmation,
	type ShipmentNotice,
} from "../domain/message-content";
import { addressLines, formatMinutes, formatMoment, formatMoney } from "../domain/format";
import type { Locale } from "@kernel/locales";
import { greetingName, oneLined, webLink } from "../domain/safe-text";

/** Title that Shopify exports give to the only variant of a product. */
const ONLY_VARIANT = "Default Title";

interface Line {
	readonly title: string;
	readonly variantTitle?: string | null;
	readonly quantity: number;
	readonly total?: Money;
}

const lineOf = ({ title, quantity, variantTitle, total }: Line, locale: Locale) => ({
	title,
	quantity,
	variant: variantTitle === ONLY_VARIANT ? null : (variantTitle ?? null),
	total: total ? formatMoney(total, locale) : null,
});

/** Null for an amount of 0, which is not shown. */
const formatNonZero = (amount: Money | undefined, locale: Locale): string | null =>
	amount && amount.amount !== 0 ? formatMoney(amount, locale) : null;

const orderView = (order: OrderConfirmation, locale: Locale) => ({
	orderNumber: order.orderNumber,
	placedAt: formatMoment(order.placedAt, locale),
	lines: order.lines.map((line) => lineOf(line, locale)),
	subtotal: formatMoney(order.subtotal, locale),
	discount: formatNonZero(order.discountTotal && { ...order.discountTotal, amount: -order.discountTotal.amount }, locale),
	shipping: formatNonZero(order.shippingTotal, locale),
	tax: order.taxIncluded ? null : formatNonZero(order.taxTotal, locale),
	includedTax: order.taxIncluded ? formatNonZero(order.taxTotal, locale) : null,
	total: formatMoney(order.total, locale),
	address: order.shippingAddress && addressLines(order.shippingAddress, locale),
	link: webLink(order.orderUrl),
});

const shipmentView = ({ orderNumber, carrier, trackingNumber, lines }: ShipmentNotice, locale: Locale) => ({
	orderNumber,
	carrier,
	trackingNumber,
	lines: lines.map((line) => lineOf(line, locale)),
});

const secretView = ({ name, token, link }: EmailVerification) => ({ greeting: greetingName(name), token, link: webLink(link) });

const fieldsOf = ({ template, data }: NotificationContent, locale: Locale): object => {
	switch (template) {
		case "order-confirmation":
			return orderView(data, locale);
		case "shipment":
			return shipmentView(data, locale);
		case "refund":
			return { orderNumber: data.orderNumber, amount: formatMoney(data.amount, locale) };
		case "order-cancelled": {
			const reason = CANCEL_REASONS.find((known) => known === data.reason);
			return { orderNumber: data.orderNumber, reasonKey: reason ? `reason.${reason}` : null };
		}
		case "password-reset":
			return { ...secretView(data), expiresIn: formatMinutes(data.expiresInMinutes, locale) };
		case "email-verification":
			return secretView(data);
		case "account-exists":
			return { greeting: greetingName(data.name) };
	}
};

/**
 * Template data as text in the reader's language, shared by both forms of a mail. Each text is one line. A field without a value is null.
 *
 * @throws if the content lacks a field of its template
 */
export const templateData = (content: NotificationContent, locale: Locale): object => oneLined(fieldsOf(content, locale));
