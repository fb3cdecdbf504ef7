import { isErrorCode } from "@kernel/errors";
import { MOLECULER_UNAVAILABLE_TYPES } from "@mixins/errors/unavailability";
import type { Series } from "./exposition";

/** Moleculer labels with unbounded values: node ids, and names and codes of library errors. */
const DROPPED: ReadonlySet<string> = new Set(["affectedNodeID", "errorName", "errorCode"]);

const isUnbounded = (labels: Series["labels"]): boolean => "errorType" in labels || Object.keys(labels).some((name) => DROPPED.has(name));

const bounded = (labels: Series["labels"]): Series["labels"] =>
	Object.fromEntries(
		Object.entries(labels).flatMap(([name, value]) => {
			if (DROPPED.has(name)) return [];
			return [[name, name === "errorType" && !isErrorCode(value) && !MOLECULER_UNAVAILABLE_TYPES.has(value) ? "other" : value]];
		}),
	);

/** Restricts labels to known values. Series that become equal are summed. */
export const boundLabels = (series: readonly Series[]): readonly Series[] => {
	if (!series.some(({ labels }) => isUnbounded(labels))) return series;
	const groups = Map.groupBy(
		series.map((one) => ({ ...one, labels: bounded(one.labels) })),
		({ labels }) => JSON.stringify(labels),
	);
	return [...groups.values()].map((group) => ({
		labels: group[0]!.labels,
		value: group.reduce((total, { value }) => total + Number(value), 0),
	}));
};
