/** A position in a trace and whether the trace is recorded (W3C Trace Context, level 1). */
export interface TraceContext {
	/** 32 hexadecimal digits, not all zero. */
	readonly traceId: string;
	/** Id of the parent span: 16 hexadecimal digits, not all zero. */
	readonly spanId: string;
	readonly sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);
const SAMPLED = 1;

/** Parses an untrusted `traceparent` header; undefined if it is invalid. Future versions may append fields (section 3.2.2). */
export const parseTraceparent = (text: unknown): TraceContext | undefined => {
	const found = typeof text === "string" && text.length <= 128 ? TRACEPARENT.exec(text) : null;
	if (!found) return undefined;
	const [, version, traceId, spanId, flags, more] = found as unknown as [string, string, string, string, string, string | undefined];
	if (version === "ff" || (version === "00" && more !== undefined) || traceId === NO_TRACE || spanId === NO_SPAN) return undefined;
	return { traceId, spanId, sampled: (parseInt(flags, 16) & SAMPLED) === SAMPLED };
};

export const formatTraceparent = ({ traceId, spanId, sampled }: TraceContext): string => `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;

const HEX = /^[0-9a-f]+$/;

/** The first `count` hexadecimal digits of a UUID, a trace id or a span id; undefined for any other text. */
const digits = (id: string, count: number): string | undefined => {
	const plain = id.replaceAll("-", "").slice(0, count);
	return plain.length === count && HEX.test(plain) && !/^0+$/.test(plain) ? plain : undefined;
};

/** The trace id of a UUID or of a trace id; undefined for any other id. */
export const traceIdOf = (id: string): string | undefined => digits(id, NO_TRACE.length);

/** The span id of a UUID or of a span id; undefined for any other id. */
export const spanIdOf = (id: string): string | undefined => digits(id, NO_SPAN.length);
