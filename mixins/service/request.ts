import type { Readable } from "node:stream";
import { actorOf, GUEST, type Principal } from "@kernel/access";
import type { Caller } from "@kernel/contract";
import type { CloudEvent, CommitMeta } from "@kernel/cloud-event";
import { callerFrom, type CallOrigin } from "./local-calls";
import { traceparentOf } from "../observability/trace-of-call";

/** Facts about a request besides its parameters. They travel in Moleculer's meta; only the gateway writes them. */
export interface RequestMeta {
	readonly principal?: Principal;
	readonly requestId?: string;
	readonly locale?: string;
	/** Version from If-Match. */
	readonly expected?: number;
	/** Token that a guest received with the order. */
	readonly orderToken?: string;
	/** Seed of the ids that this request creates. A repeated request with the same Idempotency-Key creates the same ids. */
	readonly seed?: string;
	readonly raw?: RawRequest;
	/** Trace context of the client, if this process does not trace. */
	readonly traceparent?: string;
	readonly [more: string]: unknown;
}

/** Origin of a call as its handler sees it. */
export interface Request {
	/** Makes calls to other services, which inherit the meta. */
	readonly caller: Caller;
	readonly principal: Principal;
	/** Metadata of the commits that this request makes. */
	readonly cause: CommitMeta;
	readonly now: number;
	readonly locale: string;
	readonly expected: number | undefined;
	readonly orderToken: string | undefined;
	readonly seed: string | undefined;
	/** Request body that is not JSON, as a stream. */
	readonly stream: Readable | undefined;
	/** Raw body, for actions that verify a signature over it. */
	readonly raw: RawRequest | undefined;
}

/** A signed body: the signed bytes and the headers (lower-case names) that carry the signature. */
export interface RawRequest {
	readonly body: string;
	readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Fields that handlers read from a call. Moleculer's Context and LocalCall both have them. */
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

/** Request of work that a process starts by itself, such as a sweep or a timer. */
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

/** Request of a consumer that handles an event. */
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
