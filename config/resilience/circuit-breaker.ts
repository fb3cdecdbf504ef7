export interface CircuitOptions {
	/** The share of failures, from 0 to 1, that opens it. */
	readonly threshold: number;
	/** Below so many calls in a window nothing is concluded. */
	readonly minCalls: number;
	readonly windowMs: number;
	/** How long it stays open before one call may try. */
	readonly openMs: number;
}

export const CIRCUIT: CircuitOptions = { threshold: 0.5, minCalls: 20, windowMs: 10_000, openMs: 2_000 };

/** closed: all may call; open: nobody; halfOpen: the next call is a probe; probing: one is on its way, and nobody else may call. */
export type CircuitState = "closed" | "open" | "halfOpen" | "probing";

/** Whether one endpoint is worth calling, judged by how its calls went. */
export interface Circuit {
	readonly state: CircuitState;
	/** A call begins. @returns whether it is the probe that decides */
	begin(): boolean;
	end(failed: boolean, probe: boolean, nowMs: number): void;
	/** The time for which it is open has passed, or a probe never ended. */
	tryAgain(): void;
}

/** @param changed told of each new state */
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
			if (state !== "closed") return; // begun before it opened: known already
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
