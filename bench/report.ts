/** Formats the results of a run as a Markdown table. */
import { median, minimum, ratio } from "./numbers";

export interface Figures {
	readonly build: string;
	/** One value per round: CPU milliseconds per unit of work, or amounts. Empty if not measured. */
	readonly values: readonly number[];
	/** CPU milliseconds of a bare reply in the same rounds; undefined if `values` are not compared with it. */
	readonly replyMs?: number | undefined;
	/** Units of work per second. */
	readonly perSecond?: number | undefined;
}

export interface Row {
	readonly name: string;
	/** Unit of `values`: "CPU ms", "MB", ... */
	readonly unit: string;
	readonly target?: string;
	/** Figures of each build, this one first. */
	readonly figures: readonly Figures[];
}

/** Formats with three significant digits; integer digits are never cut. */
const digits = (value: number): string => {
	const size = Math.abs(value);
	return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : size >= 1 || size === 0 ? value.toFixed(2) : value.toFixed(3);
};

const shown = (values: readonly number[], unit: string): string => {
	const [middle, least] = [median(values), minimum(values)];
	if (middle === undefined || least === undefined) return "not measured";
	return `${digits(middle)}${values.length > 1 ? ` (${digits(least)})` : ""} ${unit}`;
};

const maybe = (value: number | undefined): string => (value === undefined ? "" : digits(value));

/** Ratios of the medians and of the minima, as in "1.02 (0.99)". If the two differ much, the run was too short for the noise of the machine. */
const compared = (values: readonly number[], with_: readonly number[]): string => {
	const [middles, least] = [ratio(median(values), median(with_)), ratio(minimum(values), minimum(with_))];
	return middles === undefined || least === undefined ? "" : `${middles.toFixed(2)} (${least.toFixed(2)})`;
};

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const linesOf = ({ name, unit, target = "", figures }: Row, comparing: boolean): string[] =>
	figures.map(({ build, values, replyMs, perSecond }, index) =>
		line([
			index === 0 ? name : "",
			...(comparing ? [build] : []),
			shown(values, unit),
			maybe(ratio(median(values), replyMs)),
			...(comparing ? [index === 0 ? "" : compared(figures[0]!.values, values)] : []),
			perSecond === undefined ? "" : `${digits(perSecond)}/s`,
			index === 0 ? target : "",
		]),
	);

/** Shows the median of the rounds and, in parentheses, the minimum. */
export const tableOf = (rows: readonly Row[]): string => {
	const comparing = rows.some(({ figures }) => figures.length > 1);
	const head = [
		"",
		...(comparing ? ["build"] : []),
		"median (min)",
		"bare replies",
		...(comparing ? ["this / other"] : []),
		"rate",
		"target",
	];
	return [line(head), line(head.map(() => "---")), ...rows.flatMap((row) => linesOf(row, comparing))].join("\n");
};
