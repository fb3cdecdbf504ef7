import type { Readable } from "node:stream";
import { actorOf, GUEST, type Principal } from "@kernel/access";
import type { Caller } from "@kernel/contract";
import type { CloudEvent, CommitMeta } from "@kernel/cloud-event";
import { callerFrom, type CallOrigin } from "./local-calls";
import { traceparentOf } from "../observability/trace-of-call";

/** What the gateway says of a request beside its parameters. It travels in Moleculer's meta, and only the gateway writes it. */
export interface RequestMeta {
	readonly principal?: Principal;
	readonly requestId?: string;
	readonly locale?: string;
	/** From If-Match. */
	readonly expected?: number;
	/** The secret that a guest got with the order. */
	readonly orderToken?: string;
	/** Seed of the ids that this request makes: the same request sent again under its Idempotency-Key makes the same ones. */
	readonly seed?: string;
	readonly raw?: RawRequest;
	/** What the client sent, where nobody traces here. */
	readonly traceparent?: string;
	readonly [more: string]: unknown;
}

/** What a handler knows of who asks and why. */
export interface Request {
	/** For calls to other services: they inherit the meta. */
	readonly caller: Caller;
	readonly principal: Principal;
	/** Of the commits that this request makes. */
	readonly cause: CommitMeta;
	readonly now: number;
	readonly locale: string;
	readonly expected: number | undefined;
	readonly orderToken: string | undefined;
	readonly seed: string | undefined;
	/** A body that is no JSON, as it comes in. */
	readonly stream: Readable | undefined;
	/** Where a signature over the body must be checked. */
	readonly raw: RawRequest | undefined;
}

/** A signed body: what was signed, byte for byte, and the headers (lower-case names) that bear the signature. */
export interface RawRequest {
	readonly body: string;
	readonly headers: Readonly<Record<string, string | undefined>>;
}

/** What is read of a call that is handled: of Moleculer's Context, or of a LocalCall. */
export interface HandledCall extends CallOrigin {
	readonly id: string;
	readonly params: object;
	readonly meta: RequestMeta;
	/** The calling service. */
	readonly caller: string | null;
	readonly tracing: boolean | null;
	readonly stream: unknown;
}

export const requestFromContext = (ctx: HandledCall, now: number): Request => {
	const { principal = GUEST, requestId, locale = "en", expected, orderToken, seed, raw } = ctx.meta;
	const correlationId = requestId ?? ctx.requestID ?? ctx.id;
	const traceparent = traceparentOf(ctx);
	return {
		caller: callerFrom(ctx),
		principal,
		cause: {
			at: now,
			actor: actorOf(principal),
			correlationId,
			causationId: ctx.id,
			...(traceparent !== undefined && { traceparent }),
		},
		now,
		locale,
		expected,
		orderToken,
		seed,
		raw,
		stream: (ctx.stream as Readable | null) ?? undefined,
	};
};

/** Of what a process does by itself: a sweep, a timer. */
export const systemRequest = (caller: Caller, name: string, now: number, correlationId = name): Request => ({
	caller,
	principal: GUEST,
	cause: { at: now, actor: name, correlationId, causationId: name },
	now,
	locale: "en",
	expected: undefined,
	orderToken: undefined,
	seed: undefined,
	raw: undefined,
	stream: undefined,
});

/** Of what a consumer does because of an event. */
export const eventRequest = (caller: Caller, consumer: string, { id, correlationid, traceparent }: CloudEvent, now: number): Request => ({
	...systemRequest(caller, consumer, now, correlationid),
	cause: {
		at: now,
		actor: consumer,
		correlationId: correlationid,
		causationId: id,
		...(traceparent !== undefined && { traceparent }),
	},
});
