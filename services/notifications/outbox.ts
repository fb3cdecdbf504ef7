import { derivedId } from "@kernel/ids";
import type { CommitMeta } from "@kernel/envelope";
import { Actors } from "@mixins/actor";
import type { Store } from "@mixins/store/port";
import { notification, type Channel, type News, type Notification } from "./domain/notification";
import { notifications } from "./notifications.store";

export const seen = (state: Notification): Notification => state;

/** Where notifications wait until they are sent. */
export const outbox = (store: Store) => {
	const collection = store.collection(notifications);
	const actors = new Actors(notification, collection, { exclusive: store.exclusive });
	return {
		collection,
		actors,
		exclusive: store.exclusive,

		/** Once, however often it is asked for: `origin` is what caused it, an event or another notification. */
		async queue(origin: string, news: News, channel: Channel, meta: CommitMeta): Promise<void> {
			const id = derivedId("ntf", origin, channel === "email" ? news.template : channel);
			await actors.create(id, "queue", { news, channel, at: meta.at }, () => null, meta);
		},
	};
};

export type Outbox = ReturnType<typeof outbox>;
