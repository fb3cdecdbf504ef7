import type { MetricOptions, Count, Instrument, Metrics, Observe, Read } from "@mixins/observability/metrics";

/** One series in the format of Moleculer's registry. */
export interface Snapshot {
	readonly key: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly value?: number;
	readonly count?: number;
	readonly sum?: number;
	/** Cumulative counts by upper bound. */
	readonly buckets?: Readonly<Record<string, number>>;
}

export interface Instrumented {
	readonly type: "counter" | "gauge" | "histogram";
	readonly about: MetricOptions<string>;
	snapshot(): Snapshot[];
}

type Named = Readonly<Record<string, string>>;

const keyOf = (labels: Named, names: readonly string[]): string => names.map((name) => labels[name]).join("\u0000");

/** The series of one instrument. Each is created when its labels are first used. */
const family = <State, Use>({ labels: names = [] }: MetricOptions<string>, make: () => State, use: (state: State) => Use) => {
	const all = new Map<string, { readonly labels: Named; readonly state: State; readonly use: Use }>();
	const of = (labels: Named): Use => {
		const key = keyOf(labels, names);
		let found = all.get(key);
		if (!found) {
			const state = make();
			all.set(key, (found = { labels, state, use: use(state) }));
		}
		return found.use;
	};
	if (names.length === 0) of({});
	return { all, of };
};

const counter = (about: MetricOptions<string>): Instrumented & Instrument<string, Count> => {
	const { all, of } = family(
		about,
		() => ({ value: 0 }),
		(state): Count =>
			(by = 1) =>
				void (state.value += by),
	);
	return {
		type: "counter",
		about,
		labels: of,
		snapshot: () => [...all].map(([key, { labels, state }]) => ({ key, labels, value: state.value })),
	};
};

interface Observed {
	sum: number;
	/** Count per bucket, not cumulative; the last bucket has no upper bound. */
	readonly counts: number[];
}

const observe =
	(bounds: readonly number[]) =>
	(state: Observed): Observe =>
	(value) => {
		let index = 0;
		while (index < bounds.length && value > bounds[index]!) index++;
		state.counts[index]! += 1;
		state.sum += value;
	};

/** Converts counts to Prometheus buckets, which are cumulative. */
const cumulative = (bounds: readonly number[], counts: readonly number[]): Record<string, number> => {
	let total = 0;
	return Object.fromEntries(bounds.map((bound, index) => [bound, (total += counts[index]!)]));
};

const histogram = (about: MetricOptions<string> & { readonly buckets: readonly number[] }): Instrumented & Instrument<string, Observe> => {
	const { buckets: bounds } = about;
	const make = (): Observed => ({ sum: 0, counts: new Array<number>(bounds.length + 1).fill(0) });
	const { all, of } = family(about, make, observe(bounds));
	return {
		type: "histogram",
		about,
		labels: of,
		snapshot: () =>
			[...all].map(([key, { labels, state }]) => ({
				key,
				labels,
				sum: state.sum,
				count: state.counts.reduce((total, count) => total + count, 0),
				buckets: cumulative(bounds, state.counts),
			})),
	};
};

const pulled = (type: "counter" | "gauge", about: MetricOptions<string>): Instrumented & { add(read: Read<string>): void } => {
	const reads: Read<string>[] = [];
	return {
		type,
		about,
		add: (read) => void reads.push(read),
		snapshot: () =>
			reads.flatMap((read) => [...read()].map(({ labels, value }) => ({ key: keyOf(labels, about.labels ?? []), labels, value }))),
	};
};

/** @param added called once for each new instrument */
export const instruments = (added: (instrument: Instrumented) => void): Metrics => {
	const all = new Map<string, Instrumented>();
	const once = <Made extends Instrumented>(name: string, make: () => Made): Made => {
		const found = all.get(name) as Made | undefined;
		if (found) return found;
		const made = make();
		all.set(name, made);
		added(made);
		return made;
	};
	return {
		counter: (about) => once(about.name, () => counter(about)),
		histogram: (about) => once(about.name, () => histogram(about)),
		gauge: (about, read) => {
			once(about.name, () => pulled("gauge", about)).add(read as Read<string>);
		},
		total: (about, read) => {
			once(about.name, () => pulled("counter", about)).add(read as Read<string>);
		},
	};
};
