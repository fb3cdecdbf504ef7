import { createHmac, timingSafeEqual } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Clock } from "@kernel/clock";
import type { CommitMeta } from "@kernel/cloud-event";
import { derivedId } from "@kernel/ids";
import { isRejection } from "@kernel/rejection";
import { Actors } from "@mixins/actors/actor";
import type { Store } from "@mixins/store/port";
import type { Authorization } from "../domain/payment";
import { ProviderError, type PaymentProvider, type ProviderCall } from "./port";
import { account, providerLedgerKind, type ProviderLedger, type Entry } from "./test-provider-ledger";

/** Simulated response time of a timeout, longer than any caller waits. */
const LATE_MS = 8_000;
const FAILURES = 2;
const TOLERANCE_S = 300;

const TOKENS = [
	"tok_ok",
	"tok_declined",
	"tok_insufficient_funds",
	"tok_requires_action",
	"tok_timeout",
	"tok_flaky",
	"tok_capture_fails",
	"tok_refund_fails",
] as const;

const Message = Type.Object({
	id: Type.String({ minLength: 1, maxLength: 128 }),
	type: Type.Union(["payment.authorized", "payment.declined", "payment.captured", "payment.refunded"].map((type) => Type.Literal(type))),
	data: Type.Object({ paymentId: Type.String({ minLength: 1, maxLength: 128 }) }),
});

const AUTHORIZATIONS: Readonly<Record<string, Authorization>> = {
	"payment.authorized": { status: "authorized" },
	"payment.declined": { status: "declined", code: "PAYMENT_DECLINED" },
};

const isDone = (key: string) => (state: ProviderLedger) => state.entries.some((entry) => entry.key === key);
const matches = (given: string, wanted: string): boolean =>
	given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted));

/** Signs a message like the test provider, for tests, demos and simulated webhooks. */
export const sign = (secret: string, body: string, nowMs: number): string => {
	const t = Math.floor(nowMs / 1_000);
	return `t=${t},v1=${createHmac("sha256", secret).update(`${t}.${body}`).digest("hex")}`;
};

/** Position of a reader in the ledger: payment, and number of its entries already read. */
export interface Place {
	readonly value: number;
	readonly id: string;
	readonly read: number;
}

export interface TestProvider extends PaymentProvider {
	/** Reads the ledger: payments in order of their start, and the entries of each in order of recording. */
	ledger(query: {
		limit: number;
		orderId?: string | undefined;
		after?: Place | undefined;
	}): Promise<{ entries: readonly Entry[]; next: Place | null }>;
}

/**
 * Simulated payment provider for development, demos and tests. The token determines the outcome. Like a real provider, it has a durable ledger by
 * idempotency key, failures, late responses, messages and signatures. It has no cards, fees, currency restrictions, disputes or expiring
 * authorizations.
 */
export const testProvider = (store: Store, clock: Clock, secret: string | undefined): TestProvider => {
	const collection = store.collection(providerLedgerKind);
	const actors = new Actors(account, collection, { exclusive: store.exclusive });
	const meta = (key: string): CommitMeta => ({ at: clock(), actor: "test-provider", correlationId: key, causationId: key });

	const enter = async (kind: Entry["kind"], { key, paymentId, orderId, amount }: ProviderCall, token = ""): Promise<void> => {
		const entry: Entry = { id: derivedId("evt", key), orderId, paymentId, key, kind, ...amount, at: clock() };
		const outcome = await actors[kind === "authorize" ? "create" : "send"](paymentId, "enter", { entry, token }, () => null, meta(key));
		if (isRejection(outcome)) throw new ProviderError(`the ledger of the test provider does not allow the operation ${kind}`);
	};
	const failFirst = async ({ paymentId, key }: ProviderCall): Promise<void> => {
		const before = await actors.read(paymentId, ({ failures }) => failures[key] ?? 0);
		await actors.send(paymentId, "fail", { key, times: FAILURES }, () => null, meta(key));
		if ((before ?? 0) < FAILURES) throw new ProviderError();
	};
	const tokenOf = (paymentId: string) => actors.peek(paymentId, ({ token }) => token);

	return {
		name: "test",
		acceptsToken: (token) => (TOKENS as readonly string[]).includes(token),

		async authorize(call) {
			switch (call.token) {
				case "tok_declined":
					return { status: "declined", code: "PAYMENT_DECLINED" };
				case "tok_insufficient_funds":
					return { status: "declined", code: "INSUFFICIENT_FUNDS" };
				case "tok_requires_action":
					return (await actors.read(call.paymentId, ({ entries }) => entries.length > 0))
						? { status: "authorized" }
						: { status: "requiresAction", nextAction: { type: "webhook", paymentId: call.paymentId } };
				case "tok_flaky":
					await failFirst(call);
					break;
				case "tok_timeout": {
					const asked = await actors.read(call.paymentId, isDone(call.key));
					await enter("authorize", call, call.token);
					if (!asked) await delay(LATE_MS, undefined, { ref: false });
					return { status: "authorized" };
				}
			}
			await enter("authorize", call, call.token);
			return { status: "authorized" };
		},
		async capture(call) {
			if ((await tokenOf(call.paymentId)) === "tok_capture_fails") await failFirst(call);
			await enter("capture", call);
		},
		async void(call) {
			const authorized = await actors.read(call.paymentId, ({ entries }) => entries.length > 0);
			if (authorized) await enter("void", call);
		},
		async refund(call) {
			if ((await tokenOf(call.paymentId)) === "tok_refund_fails") throw new ProviderError();
			await enter("refund", call);
		},

		verify(body, headers, now) {
			const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(headers["test-signature"] ?? "");
			if (!match || !secret) return false;
			const [, t = "", v1 = ""] = match;
			if (Math.abs(now / 1_000 - Number(t)) > TOLERANCE_S) return false;
			return matches(v1, createHmac("sha256", secret).update(`${t}.${body}`).digest("hex"));
		},
		parseWebhook(body) {
			if (!Value.Check(Message, body)) return undefined;
			return { id: body.id, paymentId: body.data.paymentId, authorization: AUTHORIZATIONS[body.type] ?? null };
		},

		acknowledge: (call) => enter("authorize", call, "tok_requires_action"),

		async ledger({ limit, orderId, after }) {
			const begun = after ? ((await actors.read(after.id, ({ entries }) => entries)) ?? []).slice(after.read) : [];
			const page = await collection.find({
				...(orderId !== undefined && { where: { orderId } }),
				orderBy: { field: "openedAt" },
				limit: limit + 1,
				...(after && { after }),
			});
			const placed = [
				...begun.map((entry, index) => ({ entry, place: { value: after!.value, id: after!.id, read: after!.read + index + 1 } })),
				...page.flatMap(({ id, state: { entries } }) =>
					entries.map((entry, index) => ({ entry, place: { value: entries[0]!.at, id, read: index + 1 } })),
				),
			];
			const taken = placed.slice(0, limit);
			return { entries: taken.map(({ entry }) => entry), next: placed.length > limit ? (taken.at(-1)?.place ?? null) : null };
		},
	};
};
