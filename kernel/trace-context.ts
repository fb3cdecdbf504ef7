/** Where a trace is and whether it is recorded: W3C Trace Context, level 1. */
export interface TraceContext {
	/** 32 hexadecimal digits, not all zero. */
	readonly traceId: string;
	/** Of the span that is the parent of what follows: 16 hexadecimal digits, not all zero. */
	readonly spanId: string;
	readonly sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);
const SAMPLED = 1;

/** A `traceparent` as anybody may have sent it; undefined where it is not one. A version to come may say more behind what we know (section 3.2.2). */
export const parseTraceparent = (text: unknown): TraceContext | undefined => {
	const found = typeof text === "string" && text.length <= 128 ? TRACEPARENT.exec(text) : null;
	if (!found) return undefined;
	const [, version, traceId, spanId, flags, more] = found as unknown as [string, string, string, string, string, string | undefined];
	if (version === "ff" || (version === "00" && more !== undefined) || traceId === NO_TRACE || spanId === NO_SPAN) return undefined;
	return { traceId, spanId, sampled: (parseInt(flags, 16) & SAMPLED) === SAMPLED };
};

export const formatTraceparent = ({ traceId, spanId, sampled }: TraceContext): string => `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;

const HEX = /^[0-9a-f]+$/;

/** A UUID's, or those of an id that has the digits already; undefined for any other text. */
const digits = (id: string, count: number): string | undefined => {
	const plain = id.replaceAll("-", "").slice(0, count);
	return plain.length === count && HEX.test(plain) && !/^0+$/.test(plain) ? plain : undefined;
};

/** The trace that an id of ours (a UUID, or a trace's own id) names. */
export const traceIdOf = (id: string): string | undefined => digits(id, NO_TRACE.length);

/** The span that an id of ours (a UUID, or a span's own id) names. */
export const spanIdOf = (id: string): string | undefined => digits(id, NO_SPAN.length);
