import { onTurn } from "@mixins/observability/event-loop-turns";
import type { Metrics } from "@mixins/observability/metrics";

/** 0.02: no turn of the program's own work takes longer (docs/adr/0031). */
const BUCKETS = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const MS_PER_SECOND = 1_000;

/** Measures each turn of the event loop. @returns ends that */
export const eventLoopTurnMetrics = (metrics: Metrics): (() => void) => {
	const wall = metrics.histogram({
		name: "tianguis_event_loop_turn_seconds",
		help: "Wall time of the event loop's turns: the time in which nothing else could begin.",
		buckets: BUCKETS,
	});
	const work = metrics.histogram({
		name: "tianguis_event_loop_turn_work_seconds",
		help: "Processor time of the event loop's turns, without garbage collection and without the time in which other processes held the core.",
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
