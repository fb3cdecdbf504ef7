/**
 * Metrics with names and units by Prometheus conventions: "tianguis_orders_placed_total", seconds, "_total" for counters.
 *
 * Label values come from closed lists, never from ids or client input, because each new value creates a permanent series.
 */
export interface Metrics {
	counter<Label extends string = never>(about: MetricOptions<Label>): Instrument<Label, Count>;
	histogram<Label extends string = never>(
		about: MetricOptions<Label> & { readonly buckets: readonly number[] },
	): Instrument<Label, Observe>;
	/** A gauge that is read at each scrape. Samples of several gauges with the same name are all exposed. */
	gauge<Label extends string = never>(about: MetricOptions<Label>, read: Read<Label>): void;
	/** A counter whose value is kept elsewhere and read at each scrape. */
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

/** Resolves the labels once; the returned function only adds to a number. The series is exposed from then on, starting at 0. */
export interface Instrument<Label extends string, Use> {
	labels(labels: Labels<Label>): Use;
}

/** Maps a word from outside to one of the list, or to "other". */
export const boundedLabel = (words: readonly string[], word: string): string => (words.includes(word) ? word : "other");

const nothing = (): void => undefined;
const NOTHING = { labels: () => nothing };

/** Metrics that record nothing. */
export const NO_METRICS: Metrics = { counter: () => NOTHING, histogram: () => NOTHING, gauge: nothing, total: nothing };

/** Buckets in seconds for durations in this process, from a fast read to the longest time limit. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
