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
 * Options of the root call that moleculer-web makes for a request. The call joins the trace of the client (W3C `traceparent`) or starts a
 * new one. If tracing is disabled, the client's `traceparent` is passed on unchanged. The `X-Request-Id` is independent of the trace and
 * travels in the call meta.
 *
 * Call tracking is off, because the drain of the HTTP server waits for requests in flight.
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

/** Call context of a request while tracing is disabled. */
export const untraced = (broker: ServiceBroker, service: Service, req: IncomingMessage, requestID: string): CallOrigin => {
	const { traceparent } = req.headers;
	const meta = traceparent !== undefined && parseTraceparent(traceparent) ? { traceparent } : {};
	return { broker, service, meta, requestID, level: 1 };
};

/** Spans are named by route. URLs contain ids that are secret, and queries contain search terms. */
export const REST_TRACING = { tags: { params: false }, spanName: "request" } as const;

/** @param alias route alias: "GET /v1/carts/:cartId" */
export const tagSpan = ({ origin }: Exchange, alias: string, status: number): void => {
	const { span } = origin as { readonly span?: { addTags(tags: object): void } | null };
	if (!span) return;
	const [method, route] = alias.split(" ");
	span.addTags({ "http.request.method": method, "http.route": route ?? "", "http.response.status_code": status });
};
