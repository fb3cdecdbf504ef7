import { PRIORITIES, type Priority } from "@kernel/contract";
import { onTurn } from "@mixins/observability/event-loop-turns";
import type { Metrics } from "@mixins/observability/metrics";
import { isAdmitted, NO_SHEDDING, LIMITS, nextShedding, type SheddingLimits } from "../domain/load-shedding";
import type { GatewayState } from "../builtin/health";
import type { Route } from "../routing/routes";

/** What the edge knows of the event loop. */
export interface LagMeter {
	/** The mean length of the turns that a request fell into since this was last asked, in milliseconds: a turn counts by its length, a wait for events as 0. */
	read(): number;
	/** How many turns have ended. */
	turns(): number;
	stop(): void;
}

export interface LoadShedder {
	start(): void;
	stop(): void;
	/** @returns 0 where a request of this priority is to be answered now, else after how many seconds to come again */
	retryAfterSecondsFor(priority: Priority): number;
	/** The priority of what an address may lead to at most, where that is known without a look at all routes. */
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

/** "GET /v1/products" of "GET /v1/products/{id}": what all that begins so has in common. */
const stemOf = (method: string, path: string): string => {
	const second = path.indexOf("/", 1);
	const third = second < 0 ? -1 : path.indexOf("/", second + 1);
	return `${method === "HEAD" ? "GET" : method} ${third < 0 ? path : path.slice(0, third)}`;
};

const moreOf = (a: Priority, b: Priority): Priority => (PRIORITIES.indexOf(a) > PRIORITIES.indexOf(b) ? a : b);

/** Keeps the edge from taking on more than the process can answer in time: what matters least is turned away first, at once and with a Retry-After. */
export const loadShedder = (
	life: Pick<GatewayState, "active">,
	routes: readonly Route[],
	metrics: Metrics,
	{ limits = LIMITS, meter = lagMeter }: { readonly limits?: SheddingLimits; readonly meter?: () => LagMeter } = {},
): LoadShedder => {
	const turnedAway = metrics.counter({
		name: "tianguis_gateway_shed_total",
		help: "Requests rejected by load shedding.",
		labels: ["priority"],
	});
	const counts = Object.fromEntries(PRIORITIES.map((priority) => [priority, turnedAway.labels({ priority })])) as Record<
		Priority,
		() => void
	>;
	const stems = new Map<string, Priority>();
	for (const { method, path, contract } of routes) {
		const stem = stemOf(method, path);
		stems.set(stem, moreOf(stems.get(stem) ?? contract.priority, contract.priority));
	}
	let state = NO_SHEDDING;
	let lag: LagMeter | undefined;
	let timer: NodeJS.Timeout | undefined;
	/** The turn that takes requests just now, and since when. */
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
