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

/** Where notifications wait until they are sent. */
export const notificationQueue = (store: Store) => {
	const collection = store.collection(notifications);
	const actors = new Actors(notification, collection, { exclusive: store.exclusive });
	return {
		collection,
		actors,
		exclusive: store.exclusive,

		/**
		 * Once, however often it is asked for: `origin` is what caused it, an event or another notification.
		 *
		 * @param begin whether the caller sends it at once: its lease is taken in the same commit
		 * @returns it where this call has queued it; undefined where it was queued before
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

/** Queues a notification and has it sent. */
export type Queue = (origin: string, news: NotificationSubject, channel: Channel, meta: CommitMeta) => Promise<void>;
