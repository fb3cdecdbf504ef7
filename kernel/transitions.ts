/**
 * A state machine as data: state -> command -> where to, and which event says so. Guards are separate pure functions; effects are never
 * in the table. A state without commands is terminal.
 */
export type Transitions<State extends string, Command extends string = string> = Readonly<
	Record<State, Readonly<Partial<Record<Command, { readonly to: State; readonly emits: string }>>>>
>;

export const isTransitionAllowed = <State extends string, Command extends string>(
	table: Transitions<State, Command>,
	state: State,
	command: Command,
): boolean => table[state][command] !== undefined;

export const isTerminal = <State extends string>(table: Transitions<State>, state: State): boolean =>
	Object.keys(table[state]).length === 0;

/** What is wrong with the table: states that cannot be reached, and states from which no terminal one can be. Empty: nothing. */
export const transitionTableErrors = <State extends string>(table: Transitions<State>, initial: State): string[] => {
	const states = Object.keys(table) as State[];
	const targets = (state: State): State[] =>
		Object.values<{ to: State } | undefined>(table[state]).flatMap((step) => (step ? [step.to] : []));
	const reach = (from: State): Set<State> => {
		const seen = new Set([from]);
		for (const state of seen) for (const to of targets(state)) seen.add(to);
		return seen;
	};
	const reachable = reach(initial);
	return [
		...states.filter((state) => !reachable.has(state)).map((state) => `${state} cannot be reached`),
		...states.filter((state) => ![...reach(state)].some((end) => isTerminal(table, end))).map((state) => `${state} never ends`),
	];
};

/** The table as a Mermaid state diagram, for the documentation. */
export const mermaid = <State extends string>(table: Transitions<State>, initial: State): string => {
	const rows = (Object.keys(table) as State[]).flatMap((from) =>
		Object.entries<{ to: State } | undefined>(table[from]).flatMap(([command, step]) =>
			step ? [`\t${from} --> ${step.to}: ${command}`] : [],
		),
	);
	const ends = (Object.keys(table) as State[]).filter((state) => isTerminal(table, state)).map((state) => `\t${state} --> [*]`);
	return ["stateDiagram-v2", `\t[*] --> ${initial}`, ...rows, ...ends].join("\n");
};
