import type { Runtime } from "@config/runtime";
import type { Caller } from "@kernel/contract";
import type { CommitMeta } from "@kernel/cloud-event";
import { isRejection } from "@kernel/rejection";
import { systemRequest } from "@mixins/service/request";
import { composeMessage, type ComposedMessage } from "./compose-message";
import { maskEmail, maskPhone } from "@kernel/masking";
import type { NotificationSubject, Notification } from "./domain/notification";
import { notificationSnapshot, type NotificationQueue, type Queue } from "./notification-queue";
import type { DeliveryChannels } from "./delivery-channels";
import { DeliveryError } from "./providers/port";
import type { Job } from "./delivery-worker";
import { render, renderSms } from "./templates/render";

/** Result of an attempt. */
type Outcome =
	| { readonly sent: string }
	| { readonly skipped: string }
	| { readonly failed: string; readonly permanent: boolean; readonly cause?: unknown };

/** Converts an error to an outcome for operators. A DeliveryError contains no personal data; of any other error only its type is kept. */
const failureOf = (cause: unknown): Outcome => {
	if (cause instanceof DeliveryError) return { failed: cause.message, permanent: cause.permanent };
	const { type, name = "unknown" } = cause as { readonly type?: string | null; readonly name?: string };
	return { failed: type ?? name, permanent: false, cause };
};

/**
 * Creates the function that sends one notification. It takes the lease first, so no other node sends the notification meanwhile. The Message-ID is derived
 * from the notification id, so mail systems can recognize a mail that is sent again after a crash.
 */
export const notificationSender = (
	{ actors }: Pick<NotificationQueue, "actors">,
	queue: Queue,
	{ email, sms, shop }: DeliveryChannels,
	{ clock, log, settings }: Pick<Runtime, "clock" | "log" | "settings">,
) => {
	const mail = async (id: string, { content, to, locale }: ComposedMessage): Promise<Outcome> => {
		await email.send({ id, to, locale, ...render(content, locale, shop) });
		return { sent: maskEmail(to) };
	};

	const text = async (id: string, { content, phone, locale }: ComposedMessage): Promise<Outcome> => {
		const line = renderSms(content, locale, shop);
		if (phone === null || line === undefined) return { skipped: "no SMS text for this notification, or no phone number" };
		await sms.send({ id, to: phone, text: line });
		return { sent: maskPhone(phone) };
	};

	const attempt = async (
		caller: Caller,
		id: string,
		news: NotificationSubject,
		channel: Notification["channel"],
		cause: CommitMeta,
	): Promise<Outcome> => {
		const message = await composeMessage(caller, news, settings.publicUrl);
		if ("because" in message) return message.final ? { failed: message.because, permanent: true } : { skipped: message.because };
		if (channel === "sms") return text(id, message);
		// A separate notification, so that a failure of one channel does not repeat the other.
		if (news.template === "shipment" && message.phone !== null) await queue(id, news, "sms", cause);
		return mail(id, message);
	};

	const record = async (
		id: string,
		{ attempts: number, news }: Notification,
		outcome: Outcome,
		cause: CommitMeta,
	): Promise<number | null> => {
		const about = { notification: id, template: news?.template, attempt: number };
		if ("sent" in outcome) {
			await actors.send(id, "succeed", { to: outcome.sent }, () => null, cause);
			log.debug("notification sent", { ...about, to: outcome.sent });
			return null;
		}
		if ("skipped" in outcome) return actors.send(id, "skip", { attempt: number, reason: outcome.skipped }, () => null, cause);
		const { failed: error, permanent } = outcome;
		const { status, dueAt } = await actors.send(
			id,
			"fail",
			{ attempt: number, permanent, error, at: cause.at },
			notificationSnapshot,
			cause,
		);
		const fields = { ...about, error, ...(outcome.cause !== undefined && { cause: outcome.cause }) };
		if (status === "failed") log.error("notification failed permanently", fields);
		else log.warn("sending a notification failed; retrying", fields);
		return dueAt;
	};

	/** Takes the lease. Undefined if the notification is not due, leased by another node, or ended. */
	const begin = async (id: string, cause: CommitMeta): Promise<Notification | undefined> => {
		const state = await actors.send(id, "begin", { at: cause.at }, notificationSnapshot, cause);
		return isRejection(state) || state.status !== "sending" ? undefined : state;
	};

	/** @returns when the notification is due again; null if it has ended or another node holds it */
	return async (caller: Caller, { id, begun }: Job): Promise<number | null> => {
		const meta = () => systemRequest(caller, "notifications.send", clock(), id).cause;
		const state = begun ?? (await begin(id, meta()));
		if (!state?.news) return null;
		const outcome = await attempt(caller, id, state.news, state.channel, meta()).catch(failureOf);
		return record(id, state, outcome, meta());
	};
};
