/** The server's time, the one clock of all nodes, told between two questions by this process's monotonic clock. */
export interface ServerClock {
	/** Asks the server. Until the first answer `now` is this machine's clock. */
	sync(): Promise<void>;
	/** Epoch ms, with fractions. */
	now(): number;
}

/** @param ask the server's time, in epoch ms */
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
