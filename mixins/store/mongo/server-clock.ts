/** The server's time, which all nodes share. Between two queries it advances with the monotonic clock of this process. */
export interface ServerClock {
	/** Reads the server's time. Until the first reply `now` is this machine's clock. */
	sync(): Promise<void>;
	/** Epoch ms, with fractions. */
	now(): number;
}

/** @param ask reads the server's time in epoch ms */
export const serverClock = (
	ask: () => Promise<number>,
	machine: { readonly now: () => number; readonly monotonic: () => number } = { now: Date.now, monotonic: () => performance.now() },
): ServerClock => {
	let ahead: number | undefined;
	return {
		async sync() {
			const asked = machine.monotonic();
			const told = await ask();
			ahead = told - (asked + machine.monotonic()) / 2;
		},
		now: () => (ahead === undefined ? machine.now() : ahead + machine.monotonic()),
	};
};
