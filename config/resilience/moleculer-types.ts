import type { ServiceBroker } from "moleculer";

/** What is read and written of Moleculer's context and action: its types do not tell of all of it. */
export interface Call {
	readonly id: string;
	/** Where it goes; on that node, where it came from. */
	readonly nodeID: string | null;
	readonly requestID: string | null;
	readonly meta: { readonly requestId?: string };
	/** The calling service. */
	readonly caller: string | null;
	readonly params: unknown;
	readonly stream: unknown;
	options: { timeout?: number | null; stream?: { emit(event: string, more?: unknown): unknown } };
	endpoint: Endpoint;
	/** When the caller stops waiting, by performance.now(). Calls that are made meanwhile inherit it. */
	deadlineMs?: number | undefined;
	/** The start of the time that Moleculer's own Context.call passes on; undefined for calls that do not pass the broker. */
	startHrTime?: [number, number] | null;
	_retryAttempts?: number | undefined;
	copy(): Call;
}

export interface Endpoint {
	readonly id: string;
	readonly local: boolean;
	readonly action: Action;
	/** Whether calls are sent there. */
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
