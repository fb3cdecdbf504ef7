import type { Outcome } from "./campaign";
import type { Finding } from "./history";

const MAX_SHOWN = 12;

const counted = (what: ReadonlyMap<string, number>): string =>
	[...what]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([name, count]) => `${count} ${name}`)
		.join(", ");

const countBy = (names: readonly string[]): Map<string, number> => {
	const counts = new Map<string, number>();
	for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
	return counts;
};

const findingsOf = (findings: readonly Finding[]): string[] =>
	[...Map.groupBy(findings, ({ rule }) => rule)].flatMap(([rule, same]) => [
		`  BROKEN  ${rule}: ${same.length}`,
		...same.slice(0, MAX_SHOWN).map(({ subject, what }) => `          ${subject}: ${what}`),
	]);

/** The readable report of a campaign. Its last line is the summary. */
export const reportOf = ({ faults, history, orders, findings, convergedAfterMs }: Outcome, seed: string): string[] => {
	const made = faults.filter((fault) => fault.made);
	const requests = [...history.answers.values()].reduce((sum, count) => sum + count, 0);
	return [
		`faults    ${made.length}: ${counted(countBy(made.map(({ kind }) => kind)))}`,
		`requests  ${requests}: ${counted(history.answers)}`,
		`carts     ${history.carts.length}, orders ${orders}, staff operations ${history.staffOperations.length}`,
		`converged ${convergedAfterMs === null ? "never" : `${convergedAfterMs} ms after the last fault`}`,
		...[...history.unexpectedAnswers].map(([what, { count, example }]) => `unexpected ${count} x ${what}: ${example}`),
		...findingsOf(findings),
		`${findings.length} violations, seed ${seed}`,
	];
};
