import { setImmediate } from "node:timers/promises";
import type { Runtime } from "@config/runtime";
import type { Caller } from "@kernel/contract";
import type { CommitMeta } from "@kernel/envelope";
import { isRejection } from "@kernel/rejection";
import { byItself } from "@mixins/request";
import { compose, type Letter } from "./content";
import { maskEmail, maskPhone } from "./domain/mask";
import type { News, Notification } from "./domain/notification";
import { seen, type Outbox } from "./outbox";
import type { Postmen } from "./postmen";
import { DeliveryFailure } from "./providers/port";
import { render, renderSms } from "./templates/render";

/** How an attempt ended. */
type Outcome =
	| { readonly sent: string }
	| { readonly skipped: string }
	| { readonly failed: string; readonly permanent: boolean; readonly cause?: unknown };

/** What an operator may read: a delivery's failure names nobody, anything else may, so only its kind is kept. */
const failureOf = (cause: unknown): Outcome => {
	if (cause instanceof DeliveryFailure) return { failed: cause.message, permanent: cause.permanent };
	const { type, name = "unknown" } = cause as { readonly type?: string | null; readonly name?: string };
	return { failed: type ?? name, permanent: false, cause };
};

/**
 * Sends one notification. The lease is taken first, so that nobody else sends it meanwhile; the Message-ID is made of its id, so that what is
 * sent again after a crash can be known as the same mail.
 */
export const sender = (
	outbox: Outbox,
	{ email, sms, shop }: Postmen,
	{ clock, log, settings }: Pick<Runtime, "clock" | "log" | "settings">,
) => {
	const mail = async (id: string, { content, to, locale }: Letter): Promise<Outcome> => {
		await email.send({ id, to, locale, ...render(content, locale, shop) });
		return { sent: maskEmail(to) };
	};

	const text = async (id: string, { content, phone, locale }: Letter): Promise<Outcome> => {
		const line = renderSms(content, locale, shop);
		if (phone === null || line === undefined) return { skipped: "there is nothing to say by phone" };
		await sms.send({ id, to: phone, text: line });
		return { sent: maskPhone(phone) };
	};

	const attempt = async (
		caller: Caller,
		id: string,
		news: News,
		channel: Notification["channel"],
		cause: CommitMeta,
	): Promise<Outcome> => {
		const letter = await compose(caller, news, settings.publicUrl);
		if ("because" in letter) return letter.final ? { failed: letter.because, permanent: true } : { skipped: letter.because };
		await setImmediate(); // shoppers who wait for an answer go before the next rendering
		if (channel === "sms") return text(id, letter);
		// A notification of its own, so that neither has to be sent again for the other's sake.
		if (news.template === "shipment" && letter.phone !== null) await outbox.queue(id, news, "sms", cause);
		return mail(id, letter);
	};

	const record = async (id: string, { attempts: number, news }: Notification, outcome: Outcome, cause: CommitMeta): Promise<void> => {
		const about = { notification: id, template: news?.template, attempt: number };
		if ("sent" in outcome) {
			await outbox.actors.send(id, "succeed", { to: outcome.sent }, () => null, cause);
			log.debug("a notification was sent", { ...about, to: outcome.sent });
		} else if ("skipped" in outcome) {
			await outbox.actors.send(id, "skip", { attempt: number, reason: outcome.skipped }, () => null, cause);
		} else {
			const { failed: error, permanent } = outcome;
			const { status } = await outbox.actors.send(id, "fail", { attempt: number, permanent, error, at: cause.at }, seen, cause);
			const fields = { ...about, error, ...(outcome.cause !== undefined && { cause: outcome.cause }) };
			if (status === "failed") log.error("a notification was given up", fields);
			else log.warn("a notification could not be sent yet", fields);
		}
	};

	/** @returns false where it was not due, or another has it */
	return async (caller: Caller, id: string): Promise<boolean> => {
		const because = () => byItself(caller, "notifications.send", clock(), id).cause;
		// Where one process owns the store nobody else can take it: the lease is written only where an attempt did not end well.
		const waiting = outbox.exclusive && email.atOnce === true ? await outbox.actors.read(id, seen) : undefined;
		if (waiting?.status === "queued" && waiting.news && waiting.attempts === 0 && (waiting.dueAt ?? Infinity) <= clock()) {
			const cause = because();
			const outcome = await attempt(caller, id, waiting.news, waiting.channel, cause).catch(failureOf);
			if ("sent" in outcome) {
				await outbox.actors.send(id, "deliver", { to: outcome.sent, at: clock() }, () => null, because());
				log.debug("a notification was sent", { notification: id, template: waiting.news.template, attempt: 1, to: outcome.sent });
				return true;
			}
			await outbox.actors.send(id, "begin", { at: clock() }, seen, cause);
			await record(id, { ...waiting, attempts: 1 }, outcome, because());
			return true;
		}
		const begun = await outbox.actors.send(id, "begin", { at: clock() }, seen, because());
		if (isRejection(begun)) return false;
		if (begun.status !== "sending" || !begun.news) return true;
		const outcome = await attempt(caller, id, begun.news, begun.channel, because()).catch(failureOf);
		await record(id, begun, outcome, because());
		return true;
	};
};
