import type { ServiceBroker } from "moleculer";

/** What is read and written of Moleculer's context and action: its types do not tell of all of it. */
export interface Call {
	readonly id: string;
	/** Where it goes; on that node, where it came from. */
	readonly nodeID: string | null;
	readonly requestID: string | null;
	readonly params: unknown;
	readonly stream: unknown;
	options: { timeout?: number | null; stream?: { emit(event: string, more?: unknown): unknown } };
	endpoint: Endpoint;
	/** Where the time of a call is counted from that is passed on to further calls. */
	startHrTime: [number, number] | null;
	_retryAttempts?: number;
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
	readonly timeout?: number | null;
	readonly retryPolicy?: { readonly enabled?: boolean };
	readonly bulkhead?: { readonly concurrency?: number; readonly maxQueueSize?: number };
}

export type Next = (ctx: Call) => Promise<unknown>;
export type Broker = Pick<ServiceBroker, "nodeID" | "logger" | "metrics" | "options" | "transit"> & {
	call(name: string, params: unknown, options: { ctx: Call }): Promise<unknown>;
};
