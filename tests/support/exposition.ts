export interface Family {
	readonly type: "counter" | "gauge" | "histogram";
	readonly help: string;
	readonly samples: Sample[];
}

export interface Sample {
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|[+-]?Inf|[-+]?[0-9.]+(?:e[-+]?[0-9]+)?)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

const labelsOf = (text: string): Record<string, string> => {
	const labels: Record<string, string> = {};
	LABEL.lastIndex = 0;
	while (LABEL.lastIndex < text.length) {
		const found = LABEL.exec(text);
		if (!found) throw new Error(`no labels: ${text}`);
		const [, name, value] = found as unknown as [string, string, string];
		if (name in labels) throw new Error(`the label ${name} twice: ${text}`);
		labels[name] = value.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
	}
	return labels;
};

const numberOf = (text: string): number => (text.endsWith("Inf") ? (text.startsWith("-") ? -Infinity : Infinity) : Number(text));

const SUFFIXES = ["_bucket", "_sum", "_count"];
const belongs = (sample: string, family: string, { type }: Family): boolean =>
	type === "histogram" ? SUFFIXES.some((suffix) => sample === family + suffix) : sample === family;

/** Checks for each series of a histogram that the buckets are cumulative and end at the count. */
const checkHistogram = (name: string, { samples }: Family): void => {
	const series = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => JSON.stringify(labels));
	for (const [labels, of] of series) {
		const buckets = of.filter((sample) => sample.name === `${name}_bucket`);
		const count = of.find((sample) => sample.name === `${name}_count`)?.value;
		const last = buckets.at(-1);
		const grows = buckets.every(({ value }, index) => index === 0 || value >= buckets[index - 1]!.value);
		const ordered = buckets.every(
			({ labels: { le } }, index) => index === 0 || numberOf(le!) > numberOf(buckets[index - 1]!.labels["le"]!),
		);
		if (
			!grows ||
			!ordered ||
			last?.labels["le"] !== "+Inf" ||
			last.value !== count ||
			!of.some((sample) => sample.name === `${name}_sum`)
		)
			throw new Error(`the histogram ${name}${labels} is not one`);
	}
};

/**
 * Parses the Prometheus text format 0.0.4 strictly. Every violation of the format is an error, even if a server would accept it.
 *
 * @throws if a line is malformed, a family is declared twice or has foreign samples, a series is repeated, or a histogram is invalid
 */
export const parseExposition = (text: string): ReadonlyMap<string, Family> => {
	const families = new Map<string, Family>();
	const seen = new Set<string>();
	let help: RegExpExecArray | null = null;
	let current: [string, Family] | undefined;
	if (!text.endsWith("\n")) throw new Error("the last line does not end");
	for (const line of text.slice(0, -1).split("\n")) {
		if (line.startsWith("# HELP ")) {
			help = HELP.exec(line);
			if (!help) throw new Error(`no help: ${line}`);
			continue;
		}
		if (line.startsWith("# TYPE ")) {
			const [, name, type] = (TYPE.exec(line) ?? []) as unknown as [string, string | undefined, Family["type"]];
			if (name === undefined || help?.[1] !== name || families.has(name)) throw new Error(`no type, or not its first: ${line}`);
			current = [name, { type, help: help[2]!, samples: [] }];
			families.set(...current);
			continue;
		}
		const [, name, labels = "", value] = (SAMPLE.exec(line) ?? []) as unknown as [
			string,
			string | undefined,
			string | undefined,
			string,
		];
		if (name === undefined || !current || !belongs(name, ...current)) throw new Error(`no sample, or of no family: ${line}`);
		const sample = { name, labels: labelsOf(labels), value: numberOf(value) };
		const key = JSON.stringify([name, Object.entries(sample.labels).sort()]);
		if (seen.has(key)) throw new Error(`twice: ${line}`);
		seen.add(key);
		current[1].samples.push(sample);
	}
	for (const [name, family] of families) if (family.type === "histogram") checkHistogram(name, family);
	return families;
};

/** Sums all samples with these labels; undefined if there is none. */
export const valueOf = (
	families: ReadonlyMap<string, Family>,
	name: string,
	labels: Readonly<Record<string, string>> = {},
): number | undefined => {
	const all = [...families.values()].flatMap(({ samples }) => samples);
	const found = all.filter(
		(sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
	);
	return found.length === 0 ? undefined : found.reduce((total, { value }) => total + value, 0);
};
