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
	/** When it should be begun (again): a time to come where it is delayed or under a lease. */
	readonly dueAt: number;
}

/** Those that have not ended, the longest due first. */
export const nextDeliveries = async (collection: Notifications, limit: number): Promise<readonly NextDelivery[]> =>
	(await collection.find({ where: { dueAt: { from: 0 } }, orderBy: { field: "dueAt" }, limit })).map(({ id, state }) => ({
		id,
		dueAt: state.dueAt ?? Infinity,
	}));

const PAGE_SIZE = 1_000;

/** Whose sending has not ended, as far as is known. */
export const underLease = async (collection: Notifications): Promise<string[]> =>
	(await collection.find({ where: { dueAt: { from: 0 }, status: "sending" }, orderBy: { field: "dueAt" }, limit: PAGE_SIZE })).map(
		({ id }) => id,
	);

export interface Place {
	readonly value: number;
	readonly id: string;
}

/** The newest first. */
export const newest = async (collection: Notifications, status: readonly string[] | undefined, limit: number, after: Place | undefined) => {
	const found = await collection.find({
		...(status && { where: { status } }),
		orderBy: { field: "queuedAt", descending: true },
		limit: limit + 1,
		...(after && { after }),
	});
	return pageOf(found, limit, ({ id, state }) => ({ value: state.queuedAt, id }));
};
