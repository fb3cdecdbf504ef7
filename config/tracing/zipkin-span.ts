import type { Span } from "moleculer";
import { spanIdOf, traceIdOf } from "@kernel/trace-context";

interface Tags {
	readonly action?: { readonly name?: string } | null;
	readonly nodeID?: string;
	readonly callerNodeID?: string;
	readonly [more: string]: unknown;
}

/** Of the tags that a span may have, those that are words of ours. What came with a request is never among them. */
const MAX_SHOWN = ["http.request.method", "http.route", "http.response.status_code", "consumer", "messaging.event", "remoteCall"] as const;

const textOf = (value: unknown): string | undefined =>
	typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;

/** A code of the catalogue, or the class of what was thrown: never its message, in which a library may say anything. */
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
	const shown = MAX_SHOWN.flatMap((name) => {
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

/** A span as Zipkin's API v2 takes it; undefined where its ids are none. */
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
