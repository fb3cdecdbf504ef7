import type { Static, TObject, TSchema } from "@sinclair/typebox";
import type { Permission } from "./access";
import type { ErrorCode } from "./errors";
import { reject, type Rejection } from "./rejection";

/** How an action is reached over HTTP. The method and path are the contract's `rest`; what is no path parameter comes from the body, or the query where there is none. */
export interface HttpBinding {
	/** Of the success. Default 200; 201 for a creating POST. */
	readonly status: 200 | 201 | 202 | 204;
	/** A reply whose field is this answers 202 instead: what was asked for is accepted, and not done yet. */
	readonly acceptedWhen: { readonly field: string; readonly is: string } | null;
	/** Where the created thing is, with names of the reply's fields in braces: "/v1/carts/{id}". */
	readonly location: string | null;
	/** Parameters that come from the query although there is a body. */
	readonly query: readonly string[];
	/** The reply's field that its ETag is made of; requests may then carry If-Match. */
	readonly etag: string | null;
	/** "json", or the media type of a body that reaches the action as a stream ("text/csv"), or "raw": JSON with its bytes kept for a signature. */
	readonly body: "json" | "raw" | "text/csv";
	/** The media type of the answer; a stream unless it is JSON. "serialized": the reply is { body, etag }, JSON already. */
	readonly answer: "json" | "serialized" | "text/csv";
	/** Honours Idempotency-Key: the same key and request give the same answer. */
	readonly idempotencyKey: boolean;
	/** Other request headers that its action reads, for the page of the API. */
	readonly headers: readonly string[];
	readonly tag: string;
	readonly summary: string;
}

export interface Bulkhead {
	readonly concurrency: number;
	/** How many may wait. */
	readonly queue: number;
}

/** What is given up first comes first: looking around, then carts and accounts, then buying, then what providers and staff do. */
export const PRIORITIES = ["browsing", "shopping", "buying", "vital"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What an action promises to its callers. Its types, validation, route, OpenAPI page, permission and limits all come from here. */
export interface ActionContract<Params extends TObject = TObject, Returns extends TSchema = TSchema, Code extends ErrorCode = ErrorCode> {
	readonly name: string;
	readonly params: Params;
	readonly returns: Returns;
	/** The codes that it may refuse with; each stands in the error catalogue. */
	readonly errors: readonly Code[];
	readonly permission: Permission;
	/** Whether a call whose answer was lost may be sent again. */
	readonly idempotent: boolean;
	/** For all attempts together; never more than its caller has left. 0: as long as it takes, without a circuit or bulkhead. */
	readonly timeoutMs: number;
	/** How much of it one node does at once; one more than may wait is refused with UNAVAILABLE. Null: as much as any other. */
	readonly bulkhead: Bulkhead | null;
	/** When requests for it are turned away from a node that has too many pending commands. */
	readonly priority: Priority;
	/** The parameter that addresses the actor: calls with the same value meet on one node. */
	readonly shardBy: string | null;
	/** "POST /v1/carts/{cartId}/lines", or null: not reachable from outside. */
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

/** Careful by default: what names no permission is for services alone, and what does not say so is not sent again. What staff do is vital. */
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

/** A fact that others may know: its name, past tense, and what it says. `subject` is the aggregate's id. */
export interface EventContract<Data extends TSchema = TSchema> {
	readonly type: string;
	readonly version: number;
	readonly data: Data;
}

export type DataOf<E extends EventContract> = Static<E["data"]>;

export const event = <Data extends TSchema>(type: string, data: Data, version = 1): EventContract<Data> => ({ type, version, data });

/** Whatever can send a call: a Moleculer broker, or the context of a request, which carries its meta along. */
export interface Caller {
	call(action: string, params: object): Promise<unknown>;
}

/** The one way to reach another service. Throws what the other refuses with; see `ask`. */
export const call = <Action extends ActionContract>(caller: Caller, { name }: Action, params: ParamsOf<Action>): Promise<ReplyOf<Action>> =>
	caller.call(name, params);

/** `call`, with the refusals that the contract names as values. Anything else that goes wrong is thrown. */
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
