import type { ServiceBroker } from "moleculer";
import type { CloudEvent } from "@kernel/cloud-event";
import { parseTraceparent, spanIdOf, traceIdOf, formatTraceparent } from "@kernel/trace-context";
import { runInScope } from "../observability/scope";
import type { DeadLetters, EventBus } from "./event-bus";

type Tracer = Pick<ServiceBroker, "isTracingEnabled" | "tracer">;

/** Runs a handler in a span of the event's trace. */
const traced = async (
	{ tracer }: Tracer,
	consumer: string,
	service: string,
	event: CloudEvent,
	handle: (event: CloudEvent) => Promise<void>,
): Promise<void> => {
	const cause = parseTraceparent(event.traceparent);
	const span = tracer.startSpan(`consume ${consumer}`, {
		type: "consumer",
		service: { name: service, fullName: service },
		...(cause && { traceID: cause.traceId, parentID: cause.spanId, sampled: cause.sampled }),
		tags: { consumer, "messaging.event": event.type },
	});
	const [traceId, spanId] = [traceIdOf(span.traceID), spanIdOf(span.id)];
	const trace = traceId !== undefined && spanId !== undefined ? { traceId, spanId, sampled: span.sampled } : undefined;
	const heard = trace ? { ...event, traceparent: formatTraceparent(trace) } : event;
	try {
		await runInScope({ service, requestId: event.correlationid, trace }, () => handle(heard));
	} catch (cause) {
		span.setError(cause as Error);
		throw cause;
	} finally {
		span.finish();
	}
};

/**
 * Runs each handler in a scope with the event's correlation id and trace. If the broker has tracing enabled, the handler runs in a span of the
 * trace of the commit that caused the event. The handler's own commits and calls continue that trace.
 *
 * @param broker called when a service subscribes
 */
export const tracedBus = <Bus extends EventBus & DeadLetters>(bus: Bus, broker: () => Tracer): Bus => ({
	...bus,
	subscribe(subscription) {
		const { name } = subscription;
		const service = name.slice(0, name.indexOf("."));
		const tracer = broker();
		const handle = tracer.isTracingEnabled()
			? (event: CloudEvent) => traced(tracer, name, service, event, subscription.handle)
			: (event: CloudEvent) =>
					runInScope({ service, requestId: event.correlationid, trace: parseTraceparent(event.traceparent) }, () =>
						subscription.handle(event as never),
					);
		return bus.subscribe({ ...subscription, handle });
	},
});
