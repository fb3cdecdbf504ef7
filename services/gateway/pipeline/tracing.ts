import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Service, ServiceBroker } from "moleculer";
import { parseTraceparent } from "@kernel/trace-context";
import type { CallOrigin } from "@mixins/service/local-calls";
import type { Exchange } from "../http/exchange";

const TRACE_ID_BYTES = 16;

interface RootOptions {
	requestID?: string;
	tracking?: boolean;
	parentSpan?: { readonly id: string; readonly traceID: string; readonly sampled: boolean };
	meta?: { readonly traceparent: string };
}

/**
 * How moleculer-web begins the call that stands for a request. It belongs to the trace that the client says (W3C `traceparent`), or to a new one; where
 * nobody traces here, what the client says is only handed on. Its `X-Request-Id` stays what it is: it travels in the meta.
 *
 * Requests under way are waited for by the server's own drain, not by Moleculer's.
 */
export const rootCallOptions =
	(traced: () => boolean) =>
	(options: RootOptions, { headers }: IncomingMessage): void => {
		options.tracking = false;
		const { traceparent } = headers;
		const cause = traceparent === undefined ? undefined : parseTraceparent(traceparent);
		if (!traced()) {
			if (cause) options.meta = { traceparent: traceparent as string };
		} else if (cause) options.parentSpan = { id: cause.spanId, traceID: cause.traceId, sampled: cause.sampled };
		else options.requestID = randomBytes(TRACE_ID_BYTES).toString("hex");
	};

/** What a request's calls inherit where nobody traces here. */
export const untraced = (broker: ServiceBroker, service: Service, req: IncomingMessage, requestID: string): CallOrigin => {
	const { traceparent } = req.headers;
	const meta = traceparent !== undefined && parseTraceparent(traceparent) ? { traceparent } : {};
	return { broker, service, meta, requestID, level: 1 };
};

/** A span is named by its route: addresses hold ids that are secrets, and queries what people are looking for. */
export const REST_TRACING = { tags: { params: false }, spanName: "request" } as const;

/** @param alias as the routes are named: "GET /v1/carts/:cartId" */
export const tagSpan = ({ origin }: Exchange, alias: string, status: number): void => {
	const { span } = origin as { readonly span?: { addTags(tags: object): void } | null };
	if (!span) return;
	const [method, route] = alias.split(" ");
	span.addTags({ "http.request.method": method, "http.route": route ?? "", "http.response.status_code": status });
};
