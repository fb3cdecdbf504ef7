import { spanIdOf, traceIdOf, formatTraceparent, type TraceContext } from "@kernel/trace-context";

interface Call {
	readonly id: string;
	readonly requestID?: string | null;
	readonly tracing?: boolean | null;
}

/** Trace context of a traced call. Its span is the parent of its work; its trace id is the request id that Moleculer passes on. */
export const traceOf = ({ id, requestID, tracing }: Call): TraceContext | undefined => {
	if (typeof tracing !== "boolean") return undefined; // tracing is off
	const [traceId, spanId] = [traceIdOf(requestID ?? id), spanIdOf(id)];
	return traceId !== undefined && spanId !== undefined ? { traceId, spanId, sampled: tracing } : undefined;
};

/** Trace context for the commits of a call. If this process does not trace, that of the client is passed on unchanged. */
export const traceparentOf = (ctx: Call & { readonly meta: { readonly traceparent?: string } }): string | undefined => {
	const trace = traceOf(ctx);
	return trace ? formatTraceparent(trace) : ctx.meta.traceparent;
};
