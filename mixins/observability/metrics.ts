/**
 * What can be measured, under names and units of Prometheus' custom: "tianguis_orders_placed_total", seconds, "_total" for what only grows.
 *
 * The values of labels are words from closed lists of ours, never ids or what a client sent: each new value is a series for ever.
 */
export interface Metrics {
	counter<Label extends string = never>(about: MetricOptions<Label>): Instrument<Label, Count>;
	histogram<Label extends string = never>(
		about: MetricOptions<Label> & { readonly buckets: readonly number[] },
	): Instrument<Label, Observe>;
	/** Read when somebody asks. Where several give one of the same name, all their samples are shown. */
	gauge<Label extends string = never>(about: MetricOptions<Label>, read: Read<Label>): void;
	/** A gauge that only grows: somebody else counts already. */
	total<Label extends string = never>(about: MetricOptions<Label>, read: Read<Label>): void;
}

export interface MetricOptions<Label extends string> {
	readonly name: string;
	readonly help: string;
	readonly labels?: readonly Label[];
}

export type Labels<Label extends string> = Readonly<Record<Label, string>>;

export interface Sample<Label extends string> {
	readonly labels: Labels<Label>;
	readonly value: number;
}

export type Read<Label extends string> = () => Iterable<Sample<Label>>;
export type Count = (by?: number) => void;
export type Observe = (value: number) => void;

/** Give it the labels once and keep what it returns: to count is then to add to a number. The series is shown from then on, at 0. */
export interface Instrument<Label extends string, Use> {
	labels(labels: Labels<Label>): Use;
}

/** For a word of which somebody else decides: one of the list, or "other". */
export const boundedLabel = (words: readonly string[], word: string): string => (words.includes(word) ? word : "other");

const nothing = (): void => undefined;
const NOTHING = { labels: () => nothing };

/** Nobody measures. */
export const NO_METRICS: Metrics = { counter: () => NOTHING, histogram: () => NOTHING, gauge: nothing, total: nothing };

/** Of waits and work in this process, from a fast read to the longest that anybody waits; in seconds. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
