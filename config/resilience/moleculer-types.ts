import type { ServiceBroker } from "moleculer";

/** The used members of Moleculer's context; its types do not declare all of them. */
export interface Call {
	readonly id: string;
	/** Target node; on the target node, the node of the caller. */
	readonly nodeID: string | null;
	readonly requestID: string | null;
	readonly meta: { readonly requestId?: string };
	/** The calling service. */
	readonly caller: string | null;
	readonly params: unknown;
	readonly stream: unknown;
	options: { timeout?: number | null; stream?: { emit(event: string, more?: unknown): unknown } };
	endpoint: Endpoint;
	/** Time at which the caller stops waiting, by performance.now(). Nested calls inherit it. */
	deadlineMs?: number | undefined;
	/** Start time from which Moleculer's Context.call derives the remaining time; undefined for calls that do not pass the broker. */
	startHrTime?: [number, number] | null;
	_retryAttempts?: number | undefined;
	copy(): Call;
}

export interface Endpoint {
	readonly id: string;
	readonly local: boolean;
	readonly action: Action;
	/** Whether the endpoint is available for selection. */
	state: boolean;
}

export interface Action {
	readonly name: string;
	readonly service: { readonly name: string; readonly fullName: string };
	readonly timeout?: number | null;
	readonly retryPolicy?: { readonly enabled?: boolean };
	readonly bulkhead?: { readonly concurrency?: number; readonly maxQueueSize?: number };
}

export type Next = (ctx: Call) => Promise<unknown>;
export type Broker = Pick<ServiceBroker, "nodeID" | "logger" | "metrics" | "options" | "transit"> & {
	call(name: string, params: unknown, options: { ctx: Call }): Promise<unknown>;
};
