import { PRIORITIES, type Priority } from "@kernel/contract";
import { onTurn } from "@mixins/observability/event-loop-turns";
import type { Metrics } from "@mixins/observability/metrics";
import { isAdmitted, NO_SHEDDING, LIMITS, nextShedding, type SheddingLimits } from "../domain/load-shedding";
import type { GatewayState } from "../builtin/health";
import type { Route } from "../routing/routes";

/** Measures the lag of the event loop. */
export interface LagMeter {
	/**
	 * Mean length in milliseconds of the turn that a request falls into, since the last read. Each turn is weighted by its length; idle
	 * time counts as 0.
	 */
	read(): number;
	/** Number of completed turns. */
	turns(): number;
	stop(): void;
}

export interface LoadShedder {
	start(): void;
	stop(): void;
	/** @returns 0 if a request of this priority is admitted, or the seconds to put into Retry-After */
	retryAfterSecondsFor(priority: Priority): number;
	/** The highest priority of the routes that a URL may match, determined without a route lookup. */
	priorityAt(method: string, path: string): Priority | undefined;
}

const POLL_INTERVAL_MS = 250;

export const lagMeter = (): LagMeter => {
	let turns = 0;
	let squares = 0;
	let readAt = performance.now();
	const stop = onTurn({
		took(ms) {
			turns += 1;
			squares += ms * ms;
		},
	});
	return {
		read() {
			const now = performance.now();
			const lag = squares / Math.max(1, now - readAt);
			squares = 0;
			readAt = now;
			return lag;
		},
		turns: () => turns,
		stop,
	};
};

/** Common prefix of related routes: "GET /v1/products" for "GET /v1/products/{id}". */
const stemOf = (method: string, path: string): string => {
	const second = path.indexOf("/", 1);
	const third = second < 0 ? -1 : path.indexOf("/", second + 1);
	return `${method === "HEAD" ? "GET" : method} ${third < 0 ? path : path.slice(0, third)}`;
};

const higherOf = (a: Priority, b: Priority): Priority => (PRIORITIES.indexOf(a) > PRIORITIES.indexOf(b) ? a : b);

/** Sheds load: rejects requests of the lowest priority first, immediately and with Retry-After, while the process is overloaded. */
export const loadShedder = (
	life: Pick<GatewayState, "active">,
	routes: readonly Route[],
	metrics: Metrics,
	{ limits = LIMITS, meter = lagMeter }: { readonly limits?: SheddingLimits; readonly meter?: () => LagMeter } = {},
): LoadShedder => {
	const shed = metrics.counter({
		name: "tianguis_gateway_shed_total",
		help: "Requests rejected by load shedding.",
		labels: ["priority"],
	});
	const counts = Object.fromEntries(PRIORITIES.map((priority) => [priority, shed.labels({ priority })])) as Record<Priority, () => void>;
	const stems = new Map<string, Priority>();
	for (const { method, path, contract } of routes) {
		const stem = stemOf(method, path);
		stems.set(stem, higherOf(stems.get(stem) ?? contract.priority, contract.priority));
	}
	let state = NO_SHEDDING;
	let lag: LagMeter | undefined;
	let timer: NodeJS.Timeout | undefined;
	/** The turn in which requests are being accepted, and its start. */
	let taking = { turn: -1, since: 0 };

	const takingMs = (): number => {
		const turn = lag?.turns() ?? 0;
		const now = performance.now();
		if (turn !== taking.turn) taking = { turn, since: now };
		return now - taking.since;
	};

	return {
		start() {
			lag = meter();
			timer = setInterval(() => {
				state = nextShedding(state, lag!.read(), limits);
			}, POLL_INTERVAL_MS).unref();
		},
		stop() {
			clearInterval(timer);
			lag?.stop();
			lag = undefined;
			state = NO_SHEDDING;
		},
		retryAfterSecondsFor(priority) {
			if (isAdmitted(priority, state, { inFlight: life.active, takingMs: takingMs() }, limits)) return 0;
			counts[priority]();
			return limits[priority].retryAfterSeconds;
		},
		priorityAt: (method, path) => stems.get(stemOf(method, path)),
	};
};
