export interface CircuitOptions {
	/** Share of failures that opens the circuit, from 0 to 1. */
	readonly threshold: number;
	/** Minimum number of calls in a window before the circuit can open. */
	readonly minCalls: number;
	readonly windowMs: number;
	/** How long the circuit stays open before a probe is allowed. */
	readonly openMs: number;
}

export const CIRCUIT: CircuitOptions = { threshold: 0.5, minCalls: 20, windowMs: 10_000, openMs: 2_000 };

/** closed: calls are allowed; open: no calls; halfOpen: the next call is a probe; probing: a probe is running, no other calls. */
export type CircuitState = "closed" | "open" | "halfOpen" | "probing";

/** Circuit breaker of one endpoint. */
export interface Circuit {
	readonly state: CircuitState;
	/** Registers the start of a call. @returns whether the call is the probe */
	begin(): boolean;
	end(failed: boolean, probe: boolean, nowMs: number): void;
	/** Allows the next probe: `openMs` has passed since the circuit opened or since the last probe began. */
	tryAgain(): void;
}

/** @param changed called with each new state */
export const circuit = (changed: (state: CircuitState) => void, { threshold, minCalls, windowMs }: CircuitOptions = CIRCUIT): Circuit => {
	let state: CircuitState = "closed";
	let windowEnds = 0;
	let calls = 0;
	let failures = 0;

	const become = (next: CircuitState): void => {
		state = next;
		calls = 0;
		failures = 0;
		changed(next);
	};

	return {
		get state() {
			return state;
		},
		begin() {
			if (state !== "halfOpen") return false;
			become("probing");
			return true;
		},
		end(failed, probe, now) {
			if (probe && state === "probing") {
				become(failed ? "open" : "closed");
				return;
			}
			if (state !== "closed") return; // the call began before the circuit opened
			if (now >= windowEnds) {
				windowEnds = now + windowMs;
				calls = 0;
				failures = 0;
			}
			calls += 1;
			if (!failed) return;
			failures += 1;
			if (calls >= minCalls && failures >= threshold * calls) become("open");
		},
		tryAgain() {
			if (state === "open" || state === "probing") become("halfOpen");
		},
	};
};
