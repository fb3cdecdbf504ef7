import type { Count, Metrics, Observe } from "@mixins/observability/metrics";

/** In seconds, up to the longest duration of a request. */
const BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Response times by route and status, without cached catalogue pages.
 *
 * @returns for an alias ("GET /v1/carts/:cartId") a function that records a response time in seconds
 */
export const httpMetrics = (metrics: Metrics): ((alias: string) => (status: number, seconds: number) => void) => {
	const duration = metrics.histogram({
		name: "http_request_duration_seconds",
		help: "Request duration from headers received to response.",
		labels: ["method", "route", "status_code"],
		buckets: BUCKETS,
	});
	return (alias) => {
		const [method = "", route = ""] = alias.split(" ");
		const byStatus = new Map<number, Observe>();
		return (status, seconds) => {
			let observe = byStatus.get(status);
			if (!observe) byStatus.set(status, (observe = duration.labels({ method, route, status_code: String(status) })));
			observe(seconds);
		};
	};
};

interface PageMetrics {
	readonly remembered: Count;
	readonly asked: Count;
	readonly joined: Count;
}

/** Sources of catalogue pages: the cache, the products service, or a call of a concurrent request. */
export const pageMetrics = (metrics: Metrics): PageMetrics => {
	const pages = metrics.counter({
		name: "tianguis_gateway_pages_total",
		help: "Catalogue pages served, by source: memory, service, or a shared in-flight request.",
		labels: ["from"],
	});
	return {
		remembered: pages.labels({ from: "memory" }),
		asked: pages.labels({ from: "service" }),
		joined: pages.labels({ from: "shared" }),
	};
};
