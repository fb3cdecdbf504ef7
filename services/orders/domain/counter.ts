import { decider } from "@kernel/decider";

/** The numbers that people know orders by. Taken in blocks, so that an order costs no write of its own for it; gaps mean nothing. */
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
