import type { ByContender, Compared } from "../contenders";
import { median, present, ratio } from "../numbers";
import type { Figures, Row } from "../report";
import type { Sample } from "../process-sample";

export const cpuPerUnit = (samples: readonly Sample[]): number[] => present(samples.map(({ cpuMs, units }) => ratio(cpuMs, units)));

const rateOf = (samples: readonly Sample[]): number | undefined => median(samples.map(({ units, wallMs }) => (1_000 * units) / wallMs));

const figuresOf = <T>(values: ByContender<T>, of: (values: readonly T[]) => Omit<Figures, "build">): Figures[] =>
	[...values].map(([{ name }, each]) => ({ build: name, ...of(each) }));

/** Selects the samples of one row from the slices of each contender. */
export const pick = <Slice, T>({ slices }: Compared<Slice>, of: (slice: Slice) => T): ByContender<T> =>
	new Map([...slices].map(([contender, each]) => [contender, each.map(of)]));

/** Makes a row of processor time per unit of work, in ms and in bare replies, and of units per second. */
export const costRow = (name: string, target: string, samples: ByContender<Sample>, bare: readonly Sample[]): Row => ({
	name,
	target,
	unit: "CPU ms",
	figures: figuresOf(samples, (each) => ({ replyMs: median(cpuPerUnit(bare)), values: cpuPerUnit(each), perSecond: rateOf(each) })),
});

export const amountRow = (name: string, target: string, unit: string, values: ByContender<number | undefined>): Row => ({
	name,
	target,
	unit,
	figures: figuresOf(values, (each) => ({ values: present(each) })),
});
