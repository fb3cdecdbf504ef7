import type { Rejection } from "./rejection";

/** Decides a command: the events to commit, or a rejection. An empty list means that nothing changes. Pure: time, ids and prices come in the command. */
export type Decide<State, Event> = (command: never, state: State) => readonly Event[] | Rejection;

export type Commands<State, Event> = Readonly<Record<string, Decide<State, Event>>>;

/** The behaviour of an aggregate: initial state, decisions per command, state change per event (decider pattern, Chassaing). */
export interface Decider<State, Event, C extends Commands<State, Event>> {
	readonly initial: (id: string) => State;
	readonly commands: C;

	/** It owns `state` and may change it in place, so that a large aggregate costs no copy. Throws on an event that cannot follow. */
	readonly evolve: (state: State, event: Event) => State;
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
