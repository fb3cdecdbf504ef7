import type { Rejection } from "./rejection";

/** Decides a command: the events to commit, or a rejection. An empty list means that nothing changes. Pure: time, ids and prices come in the command. */
export type Decide<State, Event> = (command: never, state: State) => readonly Event[] | Rejection;

export type Commands<State, Event> = Readonly<Record<string, Decide<State, Event>>>;

/** The behaviour of an aggregate: initial state, decisions per command, state change per event (decider pattern, Chassaing). */
export interface Decider<State, Event, C extends Commands<State, Event>> {
	readonly initial: (id: string) => State;
	readonly commands: C;

	/**
	 * Returns a new state and leaves the given one unchanged, unless the decider declares `ownsState`. Pure in either case: neither the event nor
	 * anything but the state is changed.
	 *
	 * @throws on an event that cannot follow
	 */
	readonly evolve: (state: State, event: Event) => State;

	/**
	 * `evolve` changes the given state in place and returns it, because a copy for each event would be too large. A caller hands over a state that
	 * nothing else refers to, and after an error it discards that state.
	 */
	readonly ownsState?: true;
}

/** Fixes the types of state and event; the compiler infers the commands and the rejections of each. */
export const decider =
	<State, Event>() =>
	<C extends Commands<State, Event>>(parts: Decider<State, Event, C>): Decider<State, Event, C> =>
		parts;

export type CommandOf<D extends Decide<never, unknown>> = Parameters<D>[0];
export type RejectionOf<D extends Decide<never, unknown>> = Extract<ReturnType<D>, Rejection>;

/** Final case of an `evolve`. A missing case is a compile-time error; an unexpected event throws at run time. */
export const assertNever = (event: never): never => {
	throw new Error(`unexpected event for this state: ${JSON.stringify(event)}`);
};
