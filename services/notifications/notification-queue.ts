import { derivedId } from "@kernel/ids";
import type { CommitMeta } from "@kernel/cloud-event";
import { isRejection } from "@kernel/rejection";
import { Actors } from "@mixins/actors/actor";
import type { Store } from "@mixins/store/port";
import { notification, type Channel, type NotificationSubject, type Notification } from "./domain/notification";
import { notifications } from "./notifications.store";

export interface Queued {
	readonly id: string;
	readonly state: Notification;
}

export const notificationSnapshot = (state: Notification): Notification => state;

/** Creates the queue of notifications that are to be sent. */
export const notificationQueue = (store: Store) => {
	const collection = store.collection(notifications);
	const actors = new Actors(notification, collection, { exclusive: store.exclusive });
	return {
		collection,
		actors,
		exclusive: store.exclusive,

		/**
		 * Queues a notification. Idempotent per origin, template and channel.
		 *
		 * @param origin id of the cause: an event or another notification
		 * @param begin whether the caller sends the notification at once; the lease is then taken in the same commit
		 * @returns undefined if the notification was queued before
		 */
		async enqueue(
			origin: string,
			news: NotificationSubject,
			channel: Channel,
			meta: CommitMeta,
			begin: boolean,
		): Promise<Queued | undefined> {
			const id = derivedId("ntf", origin, channel === "email" ? news.template : channel);
			const state = await actors.create(id, "queue", { news, channel, at: meta.at, begin }, notificationSnapshot, meta);
			return isRejection(state) ? undefined : { id, state };
		},
	};
};

export type NotificationQueue = ReturnType<typeof notificationQueue>;

/** Queues a notification and passes it to the delivery worker. */
export type Queue = (origin: string, news: NotificationSubject, channel: Channel, meta: CommitMeta) => Promise<void>;
