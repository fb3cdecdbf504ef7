import { spanIdOf, traceIdOf, formatTraceparent, type TraceContext } from "@kernel/trace-context";

interface Call {
	readonly id: string;
	readonly requestID?: string | null;
	readonly tracing?: boolean | null;
}

/** Of a call that is traced: its span is the parent of what it does. Its trace is the request id that Moleculer hands on. */
export const traceOf = ({ id, requestID, tracing }: Call): TraceContext | undefined => {
	if (typeof tracing !== "boolean") return undefined; // nobody traces
	const [traceId, spanId] = [traceIdOf(requestID ?? id), spanIdOf(id)];
	return traceId !== undefined && spanId !== undefined ? { traceId, spanId, sampled: tracing } : undefined;
};

/** For the commits that a call makes. Where we trace nothing ourselves, what the client sent is handed on as it came. */
export const traceparentOf = (ctx: Call & { readonly meta: { readonly traceparent?: string } }): string | undefined => {
	const trace = traceOf(ctx);
	return trace ? formatTraceparent(trace) : ctx.meta.traceparent;
};
