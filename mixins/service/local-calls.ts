import { randomBytes } from "node:crypto";
import { Errors, type ServiceBroker } from "moleculer";
import type { Caller } from "@kernel/contract";

/** What a call inherits from the code that makes it. Moleculer's Context has the same fields. */
export interface CallOrigin {
	readonly broker: ServiceBroker;
	/** The calling service; null outside of any. */
	readonly service: { readonly fullName: string } | null;
	readonly meta: object;
	readonly requestID: string | null;
	/** How many calls led here. */
	readonly level: number;
	/** When the caller stops waiting, by performance.now(). Undefined: it has no limit. */
	readonly deadlineMs?: number | undefined;
}

export interface CallOptions {
	/** Added to the inherited one. */
	readonly meta?: object | undefined;
	/** A body that is passed on as it comes in. */
	readonly stream?: unknown;
}

/** An action on one node, as Moleculer's registry holds it. */
interface Endpoint {
	readonly local: boolean;
	readonly action: { readonly service: { readonly fullName: string } };
}

interface EndpointList {
	readonly localEndpoints: readonly Endpoint[];
	/** The endpoint that the action's strategy selects; null where none is available. */
	next(call: { readonly params: unknown; readonly meta: object }): Endpoint | null;
}

const PROCESS = randomBytes(8).toString("hex");
let made = 0;

/** A call that reaches its action without passing the broker. It stands in for Moleculer's Context: layers and handlers read the same fields. */
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
	/** What Moleculer sets where it sends a call again. */
	readonly _retryAttempts = undefined;

	/** @param timeout what the caller has left, in ms; null: no limit */
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

	/** For sending it again: by the broker, which may choose another node by then. */
	copy(): object {
		const { broker, params, meta, origin } = this;
		return broker.ContextFactory.create(broker, null as never, params, { parentCtx: origin as never, meta });
	}
}

type Invoke = (call: LocalCall) => Promise<unknown>;

/** By service, then by name of the action. The broker's registry holds copies of actions, and each start of a service makes new ones. */
const invocations = new WeakMap<object, Map<string, Invoke>>();

/** Lets calls from within the process reach an action directly, while the broker's registry has it. */
export const registerLocalAction = ({ name, service }: { readonly name: string; readonly service: object }, invoke: Invoke): void => {
	const actions = invocations.get(service) ?? new Map<string, Invoke>();
	invocations.set(service, actions.set(name, invoke));
};

/** The endpoint of this process, where that is the one which the broker would choose. */
const localEndpoint = (broker: ServiceBroker, name: string, params: object, meta: object): Endpoint | undefined => {
	const { actions } = broker.registry as unknown as { readonly actions: { get(name: string): EndpointList | undefined } };
	const list = actions.get(name);
	// A strategy that takes turns counts each selection: it is asked only where this process may be the answer.
	if (list === undefined || list.localEndpoints.length === 0) return undefined;
	const endpoint = list.next({ params, meta });
	return endpoint?.local === true ? endpoint : undefined;
};

/**
 * Calls an action from within another call: directly where the broker would choose this process, else by the broker. Time left, meta, request id and
 * depth of the origin go along either way.
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

/** For what makes its calls with `call` of kernel/contract. */
export const callerFrom = (origin: CallOrigin): Caller => ({ call: (name, params) => callFrom(origin, name, params) });
