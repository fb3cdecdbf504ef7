import { AsyncLocalStorage } from "node:async_hooks";
import type { TraceContext } from "@kernel/trace-context";

/** On whose behalf code runs: for what it writes down, and for calls that come out of no other call. Nothing is decided by it. */
export interface Scope {
	readonly service: string;
	/** Of the request at the beginning of it all. */
	readonly requestId?: string | undefined;
	/** The span that is the parent of what is done here, where it is traced. */
	readonly trace?: TraceContext | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();

export const runInScope = <Result>(scope: Scope, run: () => Result): Result => scopes.run(scope, run);
/** For what goes on by itself, and would else belong for ever to whoever happened to wake it. */
export const runOutsideScope = <Result>(run: () => Result): Result => scopes.exit(run);
export const currentScope = (): Scope | undefined => scopes.getStore();
