import type { Context, Middleware, ServiceBroker } from "moleculer";
import type { RequestMeta } from "@mixins/service/request";
import { currentScope, runInScope } from "@mixins/observability/scope";
import { traceOf } from "@mixins/observability/trace-of-call";

type Handler = (ctx: Context<unknown, RequestMeta>) => Promise<unknown>;
type Call = (action: string, params: unknown, options?: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** Adds a call without a parent call to the trace of the consumer that makes it. */
const withParentSpan = (options: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => {
	if (options["parentCtx"] !== undefined || options["parentSpan"] !== undefined) return options;
	const trace = currentScope()?.trace;
	return trace ? { ...options, parentSpan: { id: trace.spanId, traceID: trace.traceId, sampled: trace.sampled } } : options;
};

/**
 * Runs each action in a scope with service, request id and trace. Without tracing, all calls of a request share the scope of the first call, because
 * entering a scope costs as much as the rest of a call. Service logs add the service name themselves.
 */
export const scopeMiddleware = (tracing: boolean): Middleware => ({
	name: "Scoped",
	localAction(next: unknown, action: { readonly service?: { readonly name: string } }) {
		const service = action.service?.name ?? "";
		const handler = next as Handler;
		return ((ctx) => {
			const { requestId } = ctx.meta;
			const trace = traceOf(ctx);
			const scope = currentScope();
			const isSame = scope !== undefined && scope.requestId === requestId && scope.trace === undefined && trace === undefined;
			return isSame ? handler(ctx) : runInScope({ service, requestId, trace }, () => handler(ctx));
		}) as Handler as never;
	},
	...(tracing && {
		call(this: ServiceBroker, next: unknown) {
			return ((action, params, options) => (next as Call)(action, params, withParentSpan(options))) as Call as never;
		},
	}),
});
