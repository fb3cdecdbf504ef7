import { Context, type ServiceBroker } from "moleculer";

type Answer = (call: LocalCall) => Promise<unknown>;

/** What a handler reads of its context: Moleculer's own has thirty fields more, and eight layers around it. */
export interface LocalCall {
	readonly broker: ServiceBroker;
	readonly params: unknown;
	readonly meta: object;
	readonly id: string;
	readonly requestID: string | null;
	readonly caller: string | null;
	readonly level: number;
	readonly tracing: null;
	readonly stream: null;
	readonly service: { readonly fullName: string };
	call(action: string, params?: unknown, options?: object): Promise<unknown>;
}

interface Home {
	readonly service: { readonly fullName: string };
	readonly answer: Answer;
}

/** By broker: actions of services of this process that have started. */
const homes = new WeakMap<object, Map<string, Home>>();

export const atHome = (service: { readonly broker: object; readonly fullName: string }, action: string, answer: Answer): void => {
	const of = homes.get(service.broker) ?? new Map<string, Home>();
	of.set(action, { service, answer });
	homes.set(service.broker, of);
};

export const leftHome = (service: { readonly broker: object }, action: string): void => void homes.get(service.broker)?.delete(action);

const DEEPEST = 20;
let made = 0;

class Local implements LocalCall {
	readonly tracing = null;
	readonly stream = null;
	private own: string | undefined;
	constructor(
		readonly broker: ServiceBroker,
		readonly params: unknown,
		readonly meta: object,
		readonly requestID: string | null,
		readonly caller: string | null,
		readonly level: number,
		readonly service: { readonly fullName: string },
	) {}
	get id(): string {
		return (this.own ??= `${this.requestID ?? ""}.${(made++).toString(36)}`);
	}
	call(action: string, params: unknown = {}, options?: object): Promise<unknown> {
		return (
			direct(this, action, params, options) ??
			// eslint-disable-next-line no-restricted-syntax -- a call that had a contract
			this.broker.call(action, params, { ...options, parentCtx: this as never })
		);
	}
}

/** A call to a service of this process, without what only calls over a network need. Undefined: it is none. */
const direct = (
	from: Pick<LocalCall, "broker" | "meta" | "requestID" | "level"> & { readonly service: { readonly fullName: string } | null },
	action: string,
	params: unknown,
	options: object | undefined,
): Promise<unknown> | undefined => {
	const home = homes.get(from.broker)?.get(action);
	if (home === undefined || from.level >= DEEPEST || (options !== undefined && Object.keys(options).some((key) => key !== "meta")))
		return undefined;
	const meta = options === undefined ? from.meta : { ...from.meta, ...(options as { meta?: object }).meta };
	return home.answer(new Local(from.broker, params, meta, from.requestID, from.service?.fullName ?? null, from.level + 1, home.service));
};

/** For a program that is one process. */
export class LeanContext extends Context {
	override call(action: string, params?: unknown, options?: object): Promise<never> {
		const found = this.tracing === true ? undefined : direct(this as never, action, params ?? {}, options);
		return (found ?? super.call(action as never, params as never, options as never)) as Promise<never>;
	}
}
