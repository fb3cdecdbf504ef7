import { decider } from "@kernel/decider";

/**
 * Source of human-readable order numbers. They are taken in blocks, so that an order does not cost an extra write. Gaps have no meaning.
 */
export interface Counter {
	readonly next: number;
}

export interface CounterEvent {
	readonly type: "counter.taken";
	readonly count: number;
}

const FIRST = 10_001;

const take = ({ count }: { count: number }): readonly CounterEvent[] => [{ type: "counter.taken", count }];

export const counter = decider<Counter, CounterEvent>()({
	initial: () => ({ next: FIRST }),
	commands: { take },
	evolve: ({ next }, { count }) => ({ next: next + count }),
});
