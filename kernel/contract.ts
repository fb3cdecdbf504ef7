import type { Static, TObject, TSchema } from "@sinclair/typebox";
import type { Permission } from "./access";
import type { ErrorCode } from "./errors";
import { reject, type Rejection } from "./rejection";

/**
 * HTTP binding of an action. Method and path are the contract's `rest`. Parameters outside the path are read from the body, or from the query if the
 * request has no body.
 */
export interface HttpBinding {
	/** Status of a successful response. Default: 200. */
	readonly status: 200 | 201 | 202 | 204;
	/** A reply whose field has this value is sent with 202: the request was accepted but is not completed yet. */
	readonly acceptedWhen: { readonly field: string; readonly is: string } | null;
	/** Template of the Location header, with names of reply fields in braces: "/v1/carts/{id}". */
	readonly location: string | null;
	/** Parameters that are read from the query although the request has a body. */
	readonly query: readonly string[];
	/** The reply field that the ETag is derived from. Requests may then send If-Match. */
	readonly etag: string | null;
	/** "json"; "raw": JSON whose bytes are kept for signature verification; or the media type of a body that is passed to the action as a stream. */
	readonly body: "json" | "raw" | "text/csv";
	/** Media type of the response, which is a stream unless it is JSON. "serialized": the reply is { body, etag } with the body already in JSON. */
	readonly answer: "json" | "serialized" | "text/csv";
	/** Supports Idempotency-Key: the same key with the same request returns the stored response. */
	readonly idempotencyKey: boolean;
	/** Further request headers that the action reads, for the API documentation. */
	readonly headers: readonly string[];
	readonly tag: string;
	readonly summary: string;
}

export interface Bulkhead {
	/** Maximum number of calls that run at the same time. */
	readonly concurrency: number;
	/** Maximum number of calls that wait. */
	readonly queue: number;
}

/** Order of load shedding, first to be rejected first: catalogue reads, carts and accounts, checkout, then requests of providers and staff. */
export const PRIORITIES = ["browsing", "shopping", "buying", "vital"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** The contract of an action. Its types, validation, route, OpenAPI operation, permission and limits are derived from it. */
export interface ActionContract<Params extends TObject = TObject, Returns extends TSchema = TSchema, Code extends ErrorCode = ErrorCode> {
	readonly name: string;
	readonly params: Params;
	readonly returns: Returns;
	/** Error codes that the action may reject with; each is listed in the error catalogue. */
	readonly errors: readonly Code[];
	readonly permission: Permission;
	/** Whether a call whose reply was lost may be retried. */
	readonly idempotent: boolean;
	/** Time limit of all attempts together, never more than the caller's remaining time. 0: no limit, no circuit breaker and no bulkhead. */
	readonly timeoutMs: number;
	/** Concurrency limit per node. A call that exceeds the queue is rejected with UNAVAILABLE. Null: the default limit. */
	readonly bulkhead: Bulkhead | null;
	/** Position in the order in which an overloaded node rejects requests. */
	readonly priority: Priority;
	/** The parameter that identifies the actor. Calls with the same value are routed to the same node. */
	readonly shardBy: string | null;
	/** Method and path, such as "POST /v1/carts/{cartId}/lines". Null: not reachable over HTTP. */
	readonly rest: string | null;
	readonly http: HttpBinding;
}

export type Contract = Readonly<Record<string, ActionContract>>;
export type ParamsOf<Action extends ActionContract> = Static<Action["params"]>;
export type ReplyOf<Action extends ActionContract> = Static<Action["returns"]>;
export type CodeOf<Action extends ActionContract> = Action["errors"][number];

interface ActionOptions<Params extends TObject, Returns extends TSchema, Code extends ErrorCode> {
	readonly params: Params;
	readonly returns: Returns;
	readonly errors?: readonly Code[];
	readonly permission?: Permission;
	readonly idempotent?: boolean;
	readonly timeoutMs?: number;
	readonly bulkhead?: Bulkhead;
	readonly priority?: Priority;
	readonly shardBy?: keyof Static<Params> & string;
	readonly rest?: string;
	readonly http?: Partial<HttpBinding>;
}

const httpBinding = (name: string, rest: string | undefined, given: Partial<HttpBinding> = {}): HttpBinding => ({
	status: 200,
	acceptedWhen: null,
	location: null,
	query: [],
	etag: null,
	body: "json",
	answer: "json",
	idempotencyKey: rest?.startsWith("POST ") === true && given.status === 201,
	headers: [],
	tag: name.slice(0, name.indexOf(".")),
	summary: name,
	...given,
});

/** Defines an action with safe defaults: internal permission, no retries. Actions that need a staff permission get the priority "vital". */
export const action = <Params extends TObject, Returns extends TSchema, const Code extends ErrorCode = never>(
	name: string,
	draft: ActionOptions<Params, Returns, Code>,
): ActionContract<Params, Returns, Code> => ({
	errors: [],
	permission: "internal",
	idempotent: false,
	timeoutMs: 5_000,
	bulkhead: null,
	priority: draft.permission?.includes(":") === true ? "vital" : "shopping",
	shardBy: null,
	rest: null,
	...draft,
	name,
	http: httpBinding(name, draft.rest, draft.http),
});

/** The contract of a published event: its type in the past tense and its data. The subject is the aggregate's id. */
export interface EventContract<Data extends TSchema = TSchema> {
	readonly type: string;
	readonly version: number;
	readonly data: Data;
}

export type DataOf<E extends EventContract> = Static<E["data"]>;

export const event = <Data extends TSchema>(type: string, data: Data, version = 1): EventContract<Data> => ({ type, version, data });

/** Sends calls: a Moleculer broker, or a request context, which passes its meta on. */
export interface Caller {
	call(action: string, params: object): Promise<unknown>;
}

/** Calls an action of another service; there is no other way to reach one. Throws the rejections of that service; see `tryCall`. */
export const call = <Action extends ActionContract>(caller: Caller, { name }: Action, params: ParamsOf<Action>): Promise<ReplyOf<Action>> =>
	caller.call(name, params);

/** Like `call`, but returns rejections with a code of the contract as values. Every other error is thrown. */
export const tryCall = async <Action extends ActionContract>(
	caller: Caller,
	action: Action,
	params: ParamsOf<Action>,
): Promise<ReplyOf<Action> | Rejection<CodeOf<Action>>> => {
	try {
		return await call(caller, action, params);
	} catch (cause) {
		const { type, data } = cause as { type?: unknown; data?: unknown };
		const code = action.errors.find((named) => named === type);
		if (code === undefined) throw cause;
		return reject<CodeOf<Action>>(code, typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {});
	}
};
