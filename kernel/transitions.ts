/**
 * A state machine as data: state -> command -> target state and emitted event. Guards are separate pure functions; the table has no effects.
 * A state without commands is terminal.
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

/** Errors of the table: unreachable states, and states from which no terminal state can be reached. Empty if the table is valid. */
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
