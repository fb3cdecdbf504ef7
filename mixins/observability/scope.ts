import { AsyncLocalStorage } from "node:async_hooks";
import type { TraceContext } from "@kernel/trace-context";

/** The request or job that code runs for. It is used for logs and for calls without an origin, never for decisions. */
export interface Scope {
	readonly service: string;
	/** Id of the request that started the work. */
	readonly requestId?: string | undefined;
	/** Parent span, if the work is traced. */
	readonly trace?: TraceContext | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();

export const runInScope = <Result>(scope: Scope, run: () => Result): Result => scopes.run(scope, run);
/** Runs work outside any scope. Without this, a timer keeps the scope of the code that started it. */
export const runOutsideScope = <Result>(run: () => Result): Result => scopes.exit(run);
export const currentScope = (): Scope | undefined => scopes.getStore();
