import type { Span } from "moleculer";
import { spanIdOf, traceIdOf } from "@kernel/trace-context";

interface Tags {
	readonly action?: { readonly name?: string } | null;
	readonly nodeID?: string;
	readonly callerNodeID?: string;
	readonly [more: string]: unknown;
}

/** Exported tags. Their values come from closed lists and never contain request data. */
const EXPORTED_TAGS = [
	"http.request.method",
	"http.route",
	"http.response.status_code",
	"consumer",
	"messaging.event",
	"remoteCall",
] as const;

const textOf = (value: unknown): string | undefined =>
	typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;

/** The error code or class. Never the message, because messages of libraries may contain personal data. */
const errorOf = (error: unknown): string => {
	const { type, name } = (error ?? {}) as { type?: unknown; name?: unknown };
	return textOf(type) ?? textOf(name) ?? "Error";
};

const nameOf = ({ name, type }: Span, tags: Tags): string => {
	const [route, action] = [textOf(tags["http.route"]), tags.action?.name];
	if (route !== undefined) return `${textOf(tags["http.request.method"]) ?? ""} ${route}`.trim();
	return type === "action" && action !== undefined ? action : name;
};

const tagsOf = (tags: Tags, error: unknown): Record<string, string> => {
	const shown = EXPORTED_TAGS.flatMap((name) => {
		const text = textOf(tags[name]);
		return text === undefined ? [] : [[name, text] as const];
	});
	return {
		...Object.fromEntries(shown),
		...(tags.nodeID !== undefined && { "node.id": tags.nodeID }),
		...(error !== null && error !== undefined && error !== false && { error: errorOf(error) }),
	};
};

const microseconds = (ms: number): number => Math.max(1, Math.round(ms * 1_000));

/** Converts a span to the Zipkin API v2 format; undefined if its ids are invalid. */
export const zipkinSpan = (span: Span): object | undefined => {
	const { traceID, id, parentID, type, error, startTime, duration } = span as Span & { startTime: number; duration: number };
	const [traceId, spanId] = [traceIdOf(traceID), spanIdOf(id)];
	if (traceId === undefined || spanId === undefined) return undefined;
	const parentId = typeof parentID === "string" ? spanIdOf(parentID) : undefined;
	const tags = span.tags as Tags;
	return {
		traceId,
		id: spanId,
		...(parentId !== undefined && { parentId }),
		name: nameOf(span, tags),
		kind: type === "consumer" ? "CONSUMER" : "SERVER",
		timestamp: microseconds(startTime),
		duration: microseconds(duration),
		localEndpoint: { serviceName: (span.service as { readonly name?: string } | undefined)?.name ?? "tianguis" },
		tags: tagsOf(tags, error),
	};
};
