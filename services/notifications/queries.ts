import { Type } from "@sinclair/typebox";
import { rfc3339 } from "@kernel/clock";
import type { ParamsOf } from "@kernel/contract";
import { decodeCursor, encodeCursor, invalidCursor } from "@mixins/service/cursor";
import type { Notification } from "./domain/notification";
import type { Notifications } from "./notifications.contract";
import { newest } from "./notifications.store";
import type { NotificationQueue } from "./notification-queue";

const Place = Type.Object({ value: Type.Number(), id: Type.String() });

type PublicStatus = "queued" | "sent" | "skipped" | "failed";

/** Public status: "sending" is shown as "queued". */
const publicStatus = (status: Notification["status"]): PublicStatus => (status === "new" || status === "sending" ? "queued" : status);
const storedStatuses = (status: PublicStatus): readonly string[] => (status === "queued" ? ["queued", "sending"] : [status]);

const view = (id: string, { news, channel, to, status, attempts, error, dueAt, queuedAt }: Notification) => ({
	id,
	template: news?.template ?? "",
	channel,
	about: news ? ("orderId" in news ? news.orderId : news.userId) : "",
	to,
	status: publicStatus(status),
	attempts,
	error,
	nextAttemptAt: dueAt === null ? null : rfc3339(dueAt),
	createdAt: rfc3339(queuedAt),
});

export const listNotifications =
	({ collection }: NotificationQueue) =>
	async ({ limit = 20, cursor, status }: ParamsOf<typeof Notifications.list>) => {
		const after = cursor === undefined ? undefined : decodeCursor(cursor, Place);
		if (cursor !== undefined && !after) return invalidCursor();
		const { page, next } = await newest(collection, status && storedStatuses(status), limit, after);
		return { items: page.map(({ id, state }) => view(id, state)), nextCursor: next && encodeCursor(next) };
	};
