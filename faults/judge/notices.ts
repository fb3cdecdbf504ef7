import type { Collection } from "@mixins/store/port";
import type { Notification, NotificationEvent } from "@services/notifications/domain/notification";
import type { Notice } from "./evidence";

/** Those about orders. */
export const noticesOf = async (collection: Collection<Notification, NotificationEvent>): Promise<Notice[]> => {
	const found: Notice[] = [];
	for await (const { state } of collection.all())
		if (state.news && "orderId" in state.news) found.push({ template: state.news.template, orderId: state.news.orderId });
	return found;
};
