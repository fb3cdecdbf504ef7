import { randomBytes } from "node:crypto";
import { Errors, type ServiceBroker } from "moleculer";

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

interface Action {
	readonly name: string;
	readonly service: { readonly fullName: string };
	/** With all layers of the broker around it. */
	readonly handler: (call: LocalCall) => Promise<unknown>;
}

/** An action on one node, as Moleculer's registry holds it. */
interface Endpoint {
	readonly local: boolean;
	readonly action: Action;
}

interface EndpointList {
	readonly localEndpoints: readonly Endpoint[];
	/** The endpoint that the action's strategy selects; null where none is available. */
	next(call: { readonly params: unknown; readonly meta: object }): Endpoint | null;
}

const PROCESS = randomBytes(8).toString("hex");
let made = 0;

/**
 * A call that reaches its action without passing the broker. It stands in for Moleculer's Context: the broker's layers around the action and its handler
 * read the same fields.
 */
export class LocalCall implements CallOrigin {
	readonly id = `${PROCESS}-${(made++).toString(36)}`;
	readonly stream = null;
	readonly tracing = null;
	readonly broker: ServiceBroker;
	readonly nodeID: string;
	readonly action: Action;
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
		const { action } = endpoint;
		this.broker = origin.broker;
		this.nodeID = origin.broker.nodeID;
		this.action = action;
		this.service = action.service;
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

const allowed = new WeakSet<ServiceBroker>();

/** Lets `callFrom` pass over a broker. Its layers around an action must be content with what a LocalCall has. */
export const allowDirectCalls = (broker: ServiceBroker): void => void allowed.add(broker);

/** The endpoint of this process, where that is the one which the broker would choose. */
const localEndpoint = (broker: ServiceBroker, name: string, params: object, meta: object): Endpoint | undefined => {
	if (!allowed.has(broker) || broker.isTracingEnabled()) return undefined;
	const { actions } = broker.registry as unknown as { readonly actions: { get(name: string): EndpointList | undefined } };
	const list = actions.get(name);
	// A strategy that takes turns counts each selection: it is asked only where this process may be the answer.
	if (list === undefined || list.localEndpoints.length === 0) return undefined;
	const endpoint = list.next({ params, meta });
	return endpoint?.local === true ? endpoint : undefined;
};

/**
 * Calls an action from within another call: directly where the broker would choose this process, else by the broker. Time left, meta, request id and
 * depth of the origin go along either way, and the same layers stand around the action.
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
	if (endpoint) return endpoint.action.handler(new LocalCall(origin, endpoint, params, meta, leftMs));
	const options = {
		parentCtx: origin,
		...(added && { meta: added }),
		...(stream !== undefined && { stream }),
		...(leftMs !== null && { timeout: leftMs }),
	};
	// eslint-disable-next-line no-restricted-syntax -- a call that has a contract
	return broker.call(name, params, options as never);
};
