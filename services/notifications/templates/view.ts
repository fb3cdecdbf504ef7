import type { Money } from "@kernel/money";
import { CANCEL_REASONS, type NotificationContent, type OrderConfirmation } from "../domain/content";
import { addressLines } from "../domain/format";
import type { Locale } from "../domain/locale";
import { greetingName, oneLined, webLink } from "../domain/safe-text";

/** How imports name the one variant of a product that has none to choose from. */
const ONLY_VARIANT = "Default Title";

interface Line {
	readonly title: string;
	readonly variantTitle?: string | null;
	readonly quantity: number;
	readonly total?: Money;
}

const lineOf = ({ variantTitle, total, ...line }: Line) => ({
	...line,
	variant: variantTitle === ONLY_VARIANT ? null : (variantTitle ?? null),
	total: total ?? null,
});

/** Null where it is nothing, so that it gets no row. */
const some = (amount: Money | undefined): Money | null => (amount && amount.amount !== 0 ? amount : null);

const orderView = (order: OrderConfirmation, locale: Locale) => ({
	...order,
	lines: order.lines.map(lineOf),
	discount: some(order.discountTotal && { ...order.discountTotal, amount: -order.discountTotal.amount }),
	shipping: some(order.shippingTotal),
	tax: order.taxIncluded ? null : some(order.taxTotal),
	includedTax: order.taxIncluded ? some(order.taxTotal) : null,
	address: order.shippingAddress && addressLines(order.shippingAddress, locale),
	link: webLink(order.orderUrl),
});

/**
 * What the templates see: each text is one line, each field that may be absent is null, since a template that names an absent one fails.
 */
export const viewOf = (content: NotificationContent, locale: Locale): object => {
	const { template, data } = oneLined(content);
	switch (template) {
		case "order-confirmation":
			return orderView(data, locale);
		case "shipment":
			return { ...data, lines: data.lines.map(lineOf) };
		case "refund":
			return data;
		case "order-cancelled": {
			const reason = CANCEL_REASONS.find((known) => known === data.reason);
			return { ...data, reasonKey: reason ? `reason.${reason}` : null };
		}
		case "password-reset":
		case "email-verification":
			return { ...data, greeting: greetingName(data.name), link: webLink(data.link) };
		case "account-exists":
			return { greeting: greetingName(data.name) };
	}
};
