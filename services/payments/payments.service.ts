import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { rfc3339 } from "@kernel/clock";
import { money } from "@kernel/money";
import { isRejection, reject } from "@kernel/rejection";
import { Actors } from "@mixins/actor";
import { decodeCursor, encodeCursor } from "@mixins/cursor";
import { failure } from "@mixins/failure";
import { byTurns, job } from "@mixins/jobs";
import { byItself } from "@mixins/request";
import { service } from "@mixins/service";
import { Type } from "@sinclair/typebox";
import { askAgainAt, authorize, DEADLINE_MS, providerCall, refund } from "./asking";
import { payment, refunded, type Payment as State } from "./domain/payment";
import { Payments, type Payment } from "./payments.contract";
import { due, payments as kind } from "./payments.store";
import { ProviderFailure, within, type PaymentProvider } from "./providers/port";
import { testProvider } from "./providers/test";

const SWEEP_MS = 1_000;
const Cursor = Type.Object({ value: Type.Number(), id: Type.String(), read: Type.Integer() });

const view = (state: State, version: number): Payment => ({
	id: state.id,
	orderId: state.orderId,
	provider: state.provider,
	status: state.status === "new" ? "requested" : state.status,
	amount: money(state.amount, state.currency),
	capturedAmount: money(state.captured, state.currency),
	refundedAmount: money(refunded(state), state.currency),
	refunds: state.refunds.filter(({ done }) => done).map(({ id, amount, reason }) => ({ id, amount, reason })),
	...(state.nextAction !== null && { nextAction: state.nextAction }),
	...(state.declineCode !== null && { declineCode: state.declineCode }),
	version,
});
const seen = (state: State, version: number) => ({ state, version });

export const payments = (runtime: Runtime): ServiceSchema => {
	const { clock, settings, log } = runtime;
	const home = runtime.store("payments");
	const collection = home.collection(kind);
	const actors = new Actors(payment, collection, { exclusive: home.exclusive });
	const test = testProvider(runtime.store("test-provider"), clock, settings.testWebhookSecret);
	const providers: ReadonlyMap<string, PaymentProvider> = new Map(settings.testProvider ? [[test.name, test]] : []);

	const provided = (state: State): PaymentProvider => {
		const provider = providers.get(state.provider);
		if (!provider) throw new Error(`no provider ${state.provider}`);
		return provider;
	};
	const found = async (paymentId: string) => {
		const known = await actors.read(paymentId, seen);
		return known && known.state.status !== "new" ? known : undefined;
	};
	const current = async (paymentId: string) => (await actors.read(paymentId, view)) ?? reject("PAYMENT_NOT_FOUND");

	/** The provider's word, where it has one: `ProviderFailure` is surely not done, anything else is not known. */
	const asked = async (work: Promise<void>) => {
		try {
			await within(DEADLINE_MS, work);
			return undefined;
		} catch (cause) {
			if (cause instanceof ProviderFailure) return reject("PROVIDER_ERROR");
			throw failure("UNAVAILABLE");
		}
	};

	/** An authorization that came while the payment was given up: nobody will take this money. */
	const letGo = async (provider: PaymentProvider, state: State): Promise<void> => {
		if (state.status !== "voided" && state.status !== "declined") return;
		if (await asked(provider.void(providerCall(state, "void", state.amount)))) throw failure("UNAVAILABLE"); // it will tell us again
	};

	const sweep = job(
		SWEEP_MS,
		byTurns(
			() => runtime.isFirst("payments"),
			4,
			async () => {
				const now = clock();
				const { cause } = byItself({ call: () => Promise.reject(new Error("no calls here")) }, "payments.sweep", now);
				await Promise.all(
					(await due(collection, now)).map(async (state) => {
						const provider = provided(state);
						if (state.status === "requested" || state.status === "unknown")
							await authorize(actors, provider, state, true, cause, now);
						for (const { id, done } of state.refunds) if (!done) await refund(actors, provider, state, id, true, cause);
					}),
				);
			},
		),
		(cause) => {
			log.error("the sweep of payments failed", { cause });
		},
	);

	return service(
		"payments",
		Payments,
		{
			accepts: ({ provider, token }) =>
				Promise.resolve({ provider: providers.has(provider), token: providers.get(provider)?.accepts(token) ?? false }),

			authorize: async ({ paymentId, amount, ...rest }, { cause, now }) => {
				const provider = providers.get(rest.provider);
				if (!provider) return reject("PROVIDER_NOT_FOUND");
				const requested = await actors.create(paymentId, "request", { ...rest, ...amount, dueAt: askAgainAt(now) }, seen, cause);
				const { status } = requested.state;
				if (status !== "requested" && status !== "unknown") return view(requested.state, requested.version);
				const { state, version } = await authorize(actors, provider, requested.state, false, cause, now);
				return view(state, version);
			},

			capture: async ({ paymentId, amount }, { cause }) => {
				// What may be captured is asked below, and confirmed.
				const guess = await actors.peek(paymentId, seen);
				const known = guess && guess.state.status !== "new" ? guess : await found(paymentId);
				if (!known) return reject("PAYMENT_NOT_FOUND");
				const command = { amount: amount ?? known.state.amount };
				const allowed = await actors.send(paymentId, "mayCapture", command, seen, cause);
				if (isRejection(allowed)) return allowed;
				if (allowed.state.status === "captured") return view(allowed.state, allowed.version);
				const refusal = await asked(provided(known.state).capture(providerCall(known.state, "capture", command.amount)));
				return refusal ?? actors.send(paymentId, "capture", command, view, cause);
			},

			void: async ({ paymentId }, { cause, now }) => {
				let known = await found(paymentId);
				if (!known) return actors.send(paymentId, "void", {}, view, cause);
				const { status } = known.state;
				// What may have been authorized must be known first: an authorization that comes after the void would stay.
				if (status === "requested" || status === "unknown")
					known = await authorize(actors, provided(known.state), known.state, false, cause, now);
				if (known.state.status === "unknown" || known.state.status === "requested") throw failure("UNAVAILABLE");
				const allowed = await actors.send(paymentId, "mayVoid", {}, seen, cause);
				if (isRejection(allowed)) return allowed;
				if (allowed.state.status === "declined" || allowed.state.status === "voided") return view(allowed.state, allowed.version);
				const refusal = await asked(provided(known.state).void(providerCall(known.state, "void", known.state.amount)));
				return refusal ?? actors.send(paymentId, "void", {}, view, cause);
			},

			refund: async ({ paymentId, refundId, amount, reason }, { cause, now }) => {
				const known = await found(paymentId);
				if (!known) return reject("PAYMENT_NOT_FOUND");
				const requested = await actors.send(
					paymentId,
					"requestRefund",
					{ refundId, ...amount, reason, dueAt: askAgainAt(now) },
					seen,
					cause,
				);
				if (isRejection(requested)) return requested;
				const outcome = await refund(actors, provided(known.state), requested.state, refundId, false, cause);
				if (outcome === "failed") return reject("PROVIDER_ERROR");
				if (outcome === "unknown") throw failure("UNAVAILABLE");
				return current(paymentId);
			},

			lookup: async ({ paymentId }) => ((await found(paymentId)) ? current(paymentId) : reject("PAYMENT_NOT_FOUND")),

			webhook: async ({ provider: name }, { raw, cause, now }) => {
				const provider = providers.get(name);
				if (!provider) return reject("PROVIDER_NOT_FOUND");
				if (!raw || !provider.verify(raw.body, raw.headers, now)) return reject("INVALID_SIGNATURE");
				const message = provider.understand(parsed(raw.body));
				if (message === undefined)
					return reject("VALIDATION_FAILED", { errors: [{ path: "", message: "no message of this provider" }] });
				const known = await found(message.paymentId);
				if (!known) return reject("PAYMENT_NOT_FOUND");
				const { authorization } = message;
				const authorized = authorization?.status === "authorized";
				const settled =
					known.state.status !== "requested" && known.state.status !== "unknown" && known.state.status !== "requiresAction";
				if (settled || known.state.webhooks.includes(message.id)) {
					if (authorized) await letGo(provider, known.state);
					return { status: "ignored" };
				}
				if (authorized) await provider.acknowledge?.(providerCall(known.state, "authorize", known.state.amount));
				const after = await actors.send(message.paymentId, "applyWebhook", { webhookId: message.id, authorization }, seen, cause);
				if (authorized) await letGo(provider, after.state);
				return { status: "applied" };
			},

			ledger: async ({ limit = 20, cursor, orderId }) => {
				const after = cursor === undefined ? undefined : decodeCursor(cursor, Cursor);
				if (cursor !== undefined && !after)
					return reject("VALIDATION_FAILED", { errors: [{ path: "/cursor", message: "no cursor of this list" }] });
				const { entries, next } = await test.ledger({ limit, orderId, after });
				return {
					items: entries.map(({ amount, currency, at, ...entry }) => ({
						...entry,
						amount: money(amount, currency),
						at: rfc3339(at),
					})),
					nextCursor: next && encodeCursor(next),
				};
			},
		},
		{
			clock,
			started: () => {
				sweep.start();
			},
			stopped: () => sweep.stop(),
		},
	);
};

const parsed = (body: string): unknown => {
	try {
		return JSON.parse(body) as unknown;
	} catch {
		return undefined;
	}
};
