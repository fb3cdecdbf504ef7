import type { Snapshot } from "./instruments";

/** A metric of Moleculer's registry. */
export interface Metric {
	readonly name: string;
	readonly description?: string | undefined;
	readonly type: "counter" | "gauge" | "histogram" | "info";
	snapshot(): readonly Series[];
}

export type Series = Omit<Snapshot, "key" | "value"> & { readonly value?: unknown };
type Named = Readonly<Record<string, unknown>>;

const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');

const labelled = (labels: Named): string => {
	const pairs = Object.entries(labels).flatMap(([name, value]) =>
		value === null || value === undefined || value === "" ? [] : [`${name}="${escapeLabel(String(value as string | number))}"`],
	);
	return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
};

const number = (value: unknown): string => (typeof value === "number" ? String(value).replace("Infinity", "Inf") : "NaN");

const histogram = (name: string, labels: Named, { buckets = {}, count = 0, sum = 0 }: Series): string[] => [
	// An object lists its integer keys first, so the bounds must be sorted.
	...Object.entries(buckets)
		.sort(([a], [b]) => Number(a) - Number(b))
		.map(([le, below]) => `${name}_bucket${labelled({ ...labels, le })} ${below}`),
	`${name}_bucket${labelled({ ...labels, le: "+Inf" })} ${count}`,
	`${name}_sum${labelled(labels)} ${number(sum)}`,
	`${name}_count${labelled(labels)} ${count}`,
];

/** Formats a metric in Prometheus text format 0.0.4. @param always labels that are added to every series */
export const exposition = ({ name: dotted, description, type, snapshot }: Metric, always: Named): string => {
	const plain = dotted.replace(/[.-]/g, "_");
	const name = type === "gauge" ? plain.replace(/_total$/, "") : plain; // in Prometheus only counters end in _total
	const series = snapshot();
	if (series.length === 0) return "";
	const lines = series.flatMap((one) => {
		const labels = { ...always, ...one.labels };
		if (type === "histogram") return histogram(name, labels, one);
		return type === "info"
			? [`${name}${labelled({ ...labels, value: one.value })} 1`]
			: [`${name}${labelled(labels)} ${number(one.value)}`];
	});
	const head = [`# HELP ${name} ${escapeHelp(description ?? dotted)}`, `# TYPE ${name} ${type === "info" ? "gauge" : type}`];
	return [...head, ...lines, ""].join("\n");
};
