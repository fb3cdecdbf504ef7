import { isErrorCode } from "@kernel/errors";
import type { Series } from "./exposition";

/** Moleculer labels with unbounded values: node ids, and names and codes of library errors. */
const DROPPED: ReadonlySet<string> = new Set(["affectedNodeID", "errorName", "errorCode"]);
/** Error types of Moleculer. */
const FRAMEWORK: ReadonlySet<string> = new Set([
	"SERVICE_NOT_FOUND",
	"SERVICE_NOT_AVAILABLE",
	"REQUEST_TIMEOUT",
	"REQUEST_SKIPPED",
	"REQUEST_REJECTED",
	"QUEUE_FULL",
	"BAD_GATEWAY",
	"MAX_CALL_LEVEL",
]);

const isUnbounded = (labels: Series["labels"]): boolean => "errorType" in labels || Object.keys(labels).some((name) => DROPPED.has(name));

const bounded = (labels: Series["labels"]): Series["labels"] =>
	Object.fromEntries(
		Object.entries(labels).flatMap(([name, value]) => {
			if (DROPPED.has(name)) return [];
			return [[name, name === "errorType" && !isErrorCode(value) && !FRAMEWORK.has(value) ? "other" : value]];
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
