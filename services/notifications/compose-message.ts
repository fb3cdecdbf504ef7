import { tryCall, call, type Caller } from "@kernel/contract";
import { isRejection } from "@kernel/rejection";
import { Auth } from "@services/auth/auth.contract";
import { Orders, type Order } from "@services/orders/orders.contract";
import { Users } from "@services/users/users.contract";
import { CANCEL_REASONS, type NotificationContent, type OrderConfirmation } from "./domain/message-content";
import { localeFor, type Locale } from "@kernel/locales";
import type { NotificationSubject } from "./domain/notification";

export interface ComposedMessage {
	readonly content: NotificationContent;
	readonly to: string;
	/** Phone number of the recipient of the shipment; null if there is none. */
	readonly phone: string | null;
	readonly locale: Locale;
}

/** Why no message is sent. `final`: the subject does not exist; otherwise the message is no longer needed. */
export interface NothingToSend {
	readonly because: string;
	readonly final: boolean;
}

export type ComposeResult = ComposedMessage | NothingToSend;

const missing = (because: string): NothingToSend => ({ because, final: true });
const obsolete = (because: string): NothingToSend => ({ because, final: false });

/** Link to a page of the shop's website, not of this API, with the token in the query. */
const linkTo = (publicUrl: string | undefined, page: string, token: string): string | null =>
	publicUrl === undefined ? null : `${publicUrl.replace(/\/+$/, "")}/${page}?token=${encodeURIComponent(token)}`;

const confirmation = ({ number: orderNumber, ...order }: Order): OrderConfirmation => ({
	orderNumber,
	placedAt: order.placedAt,
	currency: order.currency,
	lines: order.lines.map(({ title, variantTitle, quantity, total }) => ({ title, variantTitle, quantity, total })),
	subtotal: order.subtotal,
	discountTotal: order.discountTotal,
	shippingTotal: order.shippingTotal,
	taxTotal: order.taxTotal,
	taxIncluded: order.taxIncluded,
	total: order.total,
	shippingAddress: order.shippingAddress,
});

const shipmentNotice = (order: Order, shipmentId: string): NotificationContent | undefined => {
	const shipment = order.shipments.find(({ id }) => id === shipmentId);
	if (!shipment) return undefined;
	const lines = shipment.lines.flatMap(({ lineId, quantity }) => {
		const line = order.lines.find(({ id }) => id === lineId);
		return line ? [{ title: line.title, variantTitle: line.variantTitle, quantity }] : [];
	});
	const { carrier, trackingNumber } = shipment;
	return { template: "shipment", data: { orderNumber: order.number, carrier, trackingNumber, lines } };
};

type OrderSubject = Extract<NotificationSubject, { readonly orderId: string }>;
type UserSubject = Extract<NotificationSubject, { readonly userId: string }>;

const orderContent = (news: OrderSubject, order: Order): NotificationContent | undefined => {
	const orderNumber = order.number;
	switch (news.template) {
		case "order-confirmation":
			return { template: news.template, data: confirmation(order) };
		case "shipment":
			return shipmentNotice(order, news.shipmentId);
		case "refund":
			return { template: news.template, data: { orderNumber, amount: news.amount } };
		case "order-cancelled":
			return { template: news.template, data: { orderNumber, reason: news.reason } };
	}
};

const composeForOrder = async (caller: Caller, news: OrderSubject): Promise<ComposeResult> => {
	const found = await tryCall(caller, Orders.lookup, { id: news.orderId });
	if (isRejection(found)) return missing("order not found");
	const { order, locale } = found;
	const content = orderContent(news, order);
	if (!content) return missing("shipment not found");
	const country = (order.shippingAddress ?? order.billingAddress)?.country;
	return {
		content,
		to: order.email,
		phone: order.shippingAddress?.phone ?? null,
		locale: localeFor({ acceptLanguage: locale, country }),
	};
};

/** Content of an account mail. A secret is created at this point, for this mail only. */
const accountContent = async (
	caller: Caller,
	news: UserSubject,
	name: string,
	publicUrl: string | undefined,
): Promise<NotificationContent | undefined> => {
	const { userId } = news;
	if (news.template === "account-exists") return { template: news.template, data: { name } };
	if (news.template === "email-verification") {
		const secret = await call(caller, Auth.mailToken, { purpose: "emailVerification", userId });
		if (!secret) return undefined;
		return { template: news.template, data: { name, token: secret.token, link: linkTo(publicUrl, "email/verify", secret.token) } };
	}
	const secret = await call(caller, Auth.mailToken, { purpose: "passwordReset", userId, requestId: news.requestId });
	if (!secret) return undefined;
	const { token, expiresInMinutes } = secret;
	return { template: news.template, data: { name, token, expiresInMinutes, link: linkTo(publicUrl, "password/reset", token) } };
};

const composeForUser = async (caller: Caller, news: UserSubject, publicUrl: string | undefined): Promise<ComposeResult> => {
	const user = await tryCall(caller, Users.lookup, { userId: news.userId });
	if (isRejection(user)) return missing("user not found");
	if (news.template === "email-verification" && user.emailVerified) return obsolete("the address is already verified");
	const content = await accountContent(caller, news, user.name, publicUrl);
	return content
		? { content, to: user.email, phone: null, locale: localeFor({ acceptLanguage: user.locale }) }
		: obsolete("the request has expired or was completed");
};

/** Composes a message from the current data of the other services. @throws if they do not respond */
export const composeMessage = (caller: Caller, news: NotificationSubject, publicUrl: string | undefined): Promise<ComposeResult> =>
	"orderId" in news ? composeForOrder(caller, news) : composeForUser(caller, news, publicUrl);

/** The cancellation reason if it is one that shoppers are told, else "". Notes of staff are not disclosed. */
export const shownReason = (reason: string): string => CANCEL_REASONS.find((known) => known === reason) ?? "";
