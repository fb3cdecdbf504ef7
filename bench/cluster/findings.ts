import type { Figures, Row } from "../report";

/** Figures of one build for one row. */
export interface Finding extends Omit<Figures, "build"> {
	readonly name: string;
	readonly unit: string;
	readonly target?: string;
}

/** Merges the findings of several builds into rows, in the order of the first build. A build without a finding did not measure that row. */
export const rowsOf = (builds: ReadonlyMap<string, readonly Finding[]>): Row[] => {
	const names = new Set([...builds.values()].flatMap((findings) => findings.map(({ name }) => name)));
	return [...names].map((name) => {
		const found = [...builds].map(([build, findings]) => ({ build, finding: findings.find((each) => each.name === name) }));
		const { unit, target = "" } = found.find(({ finding }) => finding)!.finding!;
		return { name, unit, target, figures: found.map(({ build, finding }) => ({ ...(finding ?? { values: [] }), build })) };
	});
};
