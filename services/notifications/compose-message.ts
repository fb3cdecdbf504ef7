import { tryCall, call, type Caller } from "@kernel/contract";
import { isRejection } from "@kernel/rejection";
import { Auth } from "@services/auth/auth.contract";
import { Orders, type Order } from "@services/orders/orders.contract";
import { Users } from "@services/users/users.contract";
import { CANCEL_REASONS, type NotificationContent, type OrderConfirmation } from "./domain/message-content";
import { localeFor, type Locale } from "../../kernel/locales";
import type { NotificationSubject } from "./domain/notification";

export interface ComposedMessage {
	readonly content: NotificationContent;
	readonly to: string;
	/** Of who gets the parcel; null where there is none. */
	readonly phone: string | null;
	readonly locale: Locale;
}

/** Why there is no letter. `final`: what it should tell of is not there; otherwise there is nothing to say any more. */
export interface NothingToSend {
	readonly because: string;
	readonly final: boolean;
}

export type ComposeResult = ComposedMessage | NothingToSend;

const gone = (because: string): NothingToSend => ({ because, final: true });
const needless = (because: string): NothingToSend => ({ because, final: false });

/** A token in a link stands in the query of a page of the shop, never of this program. */
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

type OrderNews = Extract<NotificationSubject, { readonly orderId: string }>;
type UserNews = Extract<NotificationSubject, { readonly userId: string }>;

const ofOrder = (news: OrderNews, order: Order): NotificationContent | undefined => {
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

const orderLetter = async (caller: Caller, news: OrderNews): Promise<ComposeResult> => {
	const found = await tryCall(caller, Orders.lookup, { id: news.orderId });
	if (isRejection(found)) return gone("there is no such order");
	const { order, locale } = found;
	const content = ofOrder(news, order);
	if (!content) return gone("the order has no such shipment");
	const country = (order.shippingAddress ?? order.billingAddress)?.country;
	return {
		content,
		to: order.email,
		phone: order.shippingAddress?.phone ?? null,
		locale: localeFor({ acceptLanguage: locale, country }),
	};
};

/** The secret is made here, for this mail alone. */
const secretMail = async (
	caller: Caller,
	news: UserNews,
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

const userLetter = async (caller: Caller, news: UserNews, publicUrl: string | undefined): Promise<ComposeResult> => {
	const user = await tryCall(caller, Users.lookup, { userId: news.userId });
	if (isRejection(user)) return gone("there is no such user");
	if (news.template === "email-verification" && user.emailVerified) return needless("the address is verified");
	const content = await secretMail(caller, news, user.name, publicUrl);
	return content
		? { content, to: user.email, phone: null, locale: localeFor({ acceptLanguage: user.locale }) }
		: needless("its purpose has passed");
};

/** Puts a letter together from what the other services know now. @throws where they do not answer */
export const composeMessage = (caller: Caller, news: NotificationSubject, publicUrl: string | undefined): Promise<ComposeResult> =>
	"orderId" in news ? orderLetter(caller, news) : userLetter(caller, news, publicUrl);

/** A reason that the shopper is told; any other, such as a note of the staff, goes no further. */
export const shownReason = (reason: string): string => CANCEL_REASONS.find((known) => known === reason) ?? "";
