import { onTurn } from "@mixins/observability/event-loop-turns";
import type { Metrics } from "@mixins/observability/metrics";

/** Bounds in seconds. 0.02 is the limit for the program's own work (docs/adr/0031). */
const BUCKETS = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const MS_PER_SECOND = 1_000;

/** Measures each turn of the event loop. @returns a function that stops the measurement */
export const eventLoopTurnMetrics = (metrics: Metrics): (() => void) => {
	const wall = metrics.histogram({
		name: "tianguis_event_loop_turn_seconds",
		help: "Wall time of event loop turns, during which no other work can start.",
		buckets: BUCKETS,
	});
	const work = metrics.histogram({
		name: "tianguis_event_loop_turn_work_seconds",
		help: "CPU time of event loop turns, excluding garbage collection and time used by other processes.",
		buckets: BUCKETS,
	});
	const [observeWall, observeWork] = [wall.labels({}), work.labels({})];
	return onTurn({
		took: (ms) => {
			observeWall(ms / MS_PER_SECOND);
		},
		worked: (ms) => {
			observeWork(ms / MS_PER_SECOND);
		},
	});
};
