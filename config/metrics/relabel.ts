import { isErrorCode } from "@kernel/errors";
import { MOLECULER_UNAVAILABLE_TYPES } from "@mixins/errors/unavailability";
import type { Series } from "./exposition";

/** Labels of Moleculer's whose values come and go with nodes, or that libraries make up. */
const DROPPED: ReadonlySet<string> = new Set(["affectedNodeID", "errorName", "errorCode"]);

const isFlawed = (labels: Series["labels"]): boolean => "errorType" in labels || Object.keys(labels).some((name) => DROPPED.has(name));

const bounded = (labels: Series["labels"]): Series["labels"] =>
	Object.fromEntries(
		Object.entries(labels).flatMap(([name, value]) => {
			if (DROPPED.has(name)) return [];
			return [[name, name === "errorType" && !isErrorCode(value) && !MOLECULER_UNAVAILABLE_TYPES.has(value) ? "other" : value]];
		}),
	);

/** The same figures with labels from closed lists: series that differ in nothing else become one, which is their sum. */
export const boundLabels = (series: readonly Series[]): readonly Series[] => {
	if (!series.some(({ labels }) => isFlawed(labels))) return series;
	const groups = Map.groupBy(
		series.map((one) => ({ ...one, labels: bounded(one.labels) })),
		({ labels }) => JSON.stringify(labels),
	);
	return [...groups.values()].map((group) => ({
		labels: group[0]!.labels,
		value: group.reduce((total, { value }) => total + Number(value), 0),
	}));
};
