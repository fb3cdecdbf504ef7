import { pageOf } from "@mixins/service/cursor";
import type { Collection, Kind } from "@mixins/store/port";
import { notification, type Notification, type NotificationEvent } from "./domain/notification";

export const notifications: Kind<Notification, NotificationEvent> = {
	name: "notification",
	immutable: true,
	revision: 1,
	initial: notification.initial,
	evolve: notification.evolve,
	fields: {
		dueAt: { value: ({ dueAt }) => dueAt, indexed: true },
		queuedAt: { value: ({ queuedAt }) => queuedAt, indexed: true },
		status: { value: ({ status }) => status },
	},
	publishes: [],
	lateDocuments: true,
};

type Notifications = Collection<Notification, NotificationEvent>;

export interface NextDelivery {
	readonly id: string;
	/** Time of the next attempt in epoch milliseconds. In the future if the notification is delayed or leased. */
	readonly dueAt: number;
}

/** Pending notifications, sorted by due time. */
export const nextDeliveries = async (collection: Notifications, limit: number): Promise<readonly NextDelivery[]> =>
	(await collection.find({ where: { dueAt: { from: 0 } }, orderBy: { field: "dueAt" }, limit })).map(({ id, state }) => ({
		id,
		dueAt: state.dueAt ?? Infinity,
	}));

const PAGE_SIZE = 1_000;

/** Ids of notifications under a lease, at most 1,000 per call. */
export const underLease = async (collection: Notifications): Promise<string[]> =>
	(await collection.find({ where: { dueAt: { from: 0 }, status: "sending" }, orderBy: { field: "dueAt" }, limit: PAGE_SIZE })).map(
		({ id }) => id,
	);

export interface Place {
	readonly value: number;
	readonly id: string;
}

/** A page of notifications, newest first. */
export const newest = async (collection: Notifications, status: readonly string[] | undefined, limit: number, after: Place | undefined) => {
	const found = await collection.find({
		...(status && { where: { status } }),
		orderBy: { field: "queuedAt", descending: true },
		limit: limit + 1,
		...(after && { after }),
	});
	return pageOf(found, limit, ({ id, state }) => ({ value: state.queuedAt, id }));
};
