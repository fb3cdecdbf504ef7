import { monitorEventLoopDelay } from "node:perf_hooks";
import { PRIORITIES, type Priority } from "@kernel/contract";
import type { Metrics } from "@mixins/metrics";
import { admits, CALM, LIMITS, looked, type Limits } from "./domain/shedding";
import type { Life } from "./health";
import type { Route } from "./routes";

export interface LagMeter {
	/** How late the event loop was on average since the last time that somebody asked, in milliseconds. */
	read(): number;
	stop(): void;
}

export interface Load {
	start(): void;
	stop(): void;
	/** @returns 0 where a request of this priority is to be answered now, else after how many seconds to come again */
	refuses(priority: Priority): number;
	/** The priority of what an address may lead to at most, where that is known without a look at all routes. */
	priorityAt(method: string, path: string): Priority | undefined;
}

const RESOLUTION_MS = 20;
const NS_PER_MS = 1e6;
const LOOK_MS = 250;

export const lagMeter = (): LagMeter => {
	const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
	delay.enable();
	return {
		read() {
			const { mean } = delay; // NaN where nothing was measured
			delay.reset();
			return mean > 0 ? Math.max(0, mean / NS_PER_MS - RESOLUTION_MS) : 0;
		},
		stop: () => void delay.disable(),
	};
};

/** "GET /v1/products" of "GET /v1/products/{id}": what all that begins so has in common. */
const stemOf = (method: string, path: string): string => {
	const second = path.indexOf("/", 1);
	const third = second < 0 ? -1 : path.indexOf("/", second + 1);
	return `${method === "HEAD" ? "GET" : method} ${third < 0 ? path : path.slice(0, third)}`;
};

const moreOf = (a: Priority, b: Priority): Priority => (PRIORITIES.indexOf(a) > PRIORITIES.indexOf(b) ? a : b);

/** Keeps the edge from taking on more than the process can answer in time: what matters least is turned away first, at once and with a Retry-After. */
export const load = (
	life: Pick<Life, "active">,
	routes: readonly Route[],
	metrics: Metrics,
	{ limits = LIMITS, meter = lagMeter }: { readonly limits?: Limits; readonly meter?: () => LagMeter } = {},
): Load => {
	const turnedAway = metrics.counter({
		name: "tianguis_gateway_shed_total",
		help: "Requests that were turned away because the process had too much to do.",
		labels: ["priority"],
	});
	const counts = Object.fromEntries(PRIORITIES.map((priority) => [priority, turnedAway.of({ priority })])) as Record<
		Priority,
		() => void
	>;
	const stems = new Map<string, Priority>();
	for (const { method, path, contract } of routes) {
		const stem = stemOf(method, path);
		stems.set(stem, moreOf(stems.get(stem) ?? contract.priority, contract.priority));
	}
	let state = CALM;
	let lag: LagMeter | undefined;
	let lookedAt = Infinity;
	let timer: NodeJS.Timeout | undefined;

	return {
		start() {
			lag = meter();
			lookedAt = performance.now();
			timer = setInterval(() => {
				state = looked(state, lag!.read(), limits);
				lookedAt = performance.now();
			}, LOOK_MS).unref();
		},
		stop() {
			clearInterval(timer);
			lag?.stop();
			state = CALM;
			lookedAt = Infinity;
		},
		refuses(priority) {
			const overdueMs = performance.now() - lookedAt - LOOK_MS;
			if (admits(priority, state, { inFlight: life.active, overdueMs }, limits)) return 0;
			counts[priority]();
			return limits[priority].retryAfterSeconds;
		},
		priorityAt: (method, path) => stems.get(stemOf(method, path)),
	};
};
