import { randomBytes } from "node:crypto";
import { Errors, type ServiceBroker } from "moleculer";
import type { Caller } from "@kernel/contract";

/** Fields that a call inherits from its origin. Moleculer's Context has the same fields. */
export interface CallOrigin {
	readonly broker: ServiceBroker;
	/** The calling service; null outside a service. */
	readonly service: { readonly fullName: string } | null;
	readonly meta: object;
	readonly requestID: string | null;
	/** Depth of the call chain. */
	readonly level: number;
	/** Deadline of the caller, by performance.now(). Undefined: no deadline. */
	readonly deadlineMs?: number | undefined;
}

export interface CallOptions {
	/** Added to the inherited meta. */
	readonly meta?: object | undefined;
	/** Body that is passed on as a stream. */
	readonly stream?: unknown;
}

/** An action on one node, as stored in Moleculer's registry. */
interface Endpoint {
	readonly local: boolean;
	readonly action: { readonly service: { readonly fullName: string } };
}

interface EndpointList {
	readonly localEndpoints: readonly Endpoint[];
	/** The endpoint that the strategy of the action selects; null if none is available. */
	next(call: { readonly params: unknown; readonly meta: object }): Endpoint | null;
}

const PROCESS = randomBytes(8).toString("hex");
let made = 0;

/** A call that reaches its action without the broker. Middleware and handlers read the same fields from it as from Moleculer's Context. */
export class LocalCall implements CallOrigin {
	readonly id = `${PROCESS}-${made++}`;
	readonly stream = null;
	readonly tracing = null;
	readonly broker: ServiceBroker;
	readonly nodeID: string;
	readonly service: { readonly fullName: string };
	readonly requestID: string | null;
	readonly caller: string | null;
	readonly level: number;
	readonly options: { timeout: number | null };
	deadlineMs: number | undefined = undefined;
	/** Set by Moleculer when it retries a call. */
	readonly _retryAttempts = undefined;

	/** @param timeout remaining time of the caller in ms; null: no limit */
	constructor(
		private readonly origin: CallOrigin,
		readonly endpoint: Endpoint,
		readonly params: object,
		readonly meta: object,
		timeout: number | null,
	) {
		this.broker = origin.broker;
		this.nodeID = origin.broker.nodeID;
		this.service = endpoint.action.service;
		this.requestID = origin.requestID;
		this.caller = origin.service?.fullName ?? null;
		this.level = origin.level + 1;
		this.options = { timeout };
	}

	/** Repeats the call through the broker, which may select another node. */
	copy(): object {
		const { broker, params, meta, origin } = this;
		return broker.ContextFactory.create(broker, null as never, params, { parentCtx: origin as never, meta });
	}
}

type Invoke = (call: LocalCall) => Promise<unknown>;

/** Actions by service, then by action name. The registry holds copies of actions, and each start of a service creates new ones. */
const invocations = new WeakMap<object, Map<string, Invoke>>();

/** Makes an action reachable by direct calls from this process while the registry lists it. */
export const registerLocalAction = ({ name, service }: { readonly name: string; readonly service: object }, invoke: Invoke): void => {
	const actions = invocations.get(service) ?? new Map<string, Invoke>();
	invocations.set(service, actions.set(name, invoke));
};

/** The local endpoint, if the broker would select it. */
const localEndpoint = (broker: ServiceBroker, name: string, params: object, meta: object): Endpoint | undefined => {
	const { actions } = broker.registry as unknown as { readonly actions: { get(name: string): EndpointList | undefined } };
	const list = actions.get(name);
	// A round-robin strategy counts each selection, so it is called only if it can select this process.
	if (list === undefined || list.localEndpoints.length === 0) return undefined;
	const endpoint = list.next({ params, meta });
	return endpoint?.local === true ? endpoint : undefined;
};

/**
 * Calls an action from within another call. The call is direct if the broker would select this process, otherwise it goes through the broker. Both
 * pass on the remaining time, meta, request id and depth of the origin.
 */
export const callFrom = (origin: CallOrigin, name: string, params: object, { meta: added, stream }: CallOptions = {}): Promise<unknown> => {
	const { broker, deadlineMs, level } = origin;
	const { nodeID } = broker;
	const maxLevel = broker.options.maxCallLevel ?? 0;
	if (maxLevel > 0 && level >= maxLevel) return Promise.reject(new Errors.MaxCallLevelError({ nodeID, level }));
	const leftMs = deadlineMs === undefined ? null : deadlineMs - performance.now();
	if (leftMs !== null && leftMs <= 0) return Promise.reject(new Errors.RequestSkippedError({ action: name, nodeID }));

	const meta = added === undefined ? origin.meta : { ...origin.meta, ...added };
	const endpoint = stream === undefined ? localEndpoint(broker, name, params, meta) : undefined;
	const invoke = endpoint && invocations.get(endpoint.action.service)?.get(name);
	if (invoke) return invoke(new LocalCall(origin, endpoint, params, meta, leftMs));
	const options = {
		parentCtx: origin,
		...(added && { meta: added }),
		...(stream !== undefined && { stream }),
		...(leftMs !== null && { timeout: leftMs }),
	};
	return broker.call(name, params, options as never);
};

/** Adapts an origin to the `Caller` that `call` of kernel/contract takes. */
export const callerFrom = (origin: CallOrigin): Caller => ({ call: (name, params) => callFrom(origin, name, params) });
