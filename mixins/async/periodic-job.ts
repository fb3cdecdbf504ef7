import { runOutsideScope } from "../observability/scope";

/** Work that a service does by itself, again and again. */
export interface PeriodicJob {
	start(): void;
	/** Waits for the run that is under way. */
	stop(): Promise<void>;
	/** Runs as soon as it may, once more if a run is under way. */
	wake(): void;
}

/**
 * What one of several nodes should do at each turn, the others now and then: whoever is first may be dead, or not know of it.
 *
 * @param others in turns: the time until another takes over is so many times the job's
 */
export const byTurns = (isFirst: () => boolean, others: number, run: () => Promise<void>): (() => Promise<void>) => {
	let waited = 0;
	return () => {
		if (!isFirst() && ++waited < others) return Promise.resolve();
		waited = 0;
		return run();
	};
};

/** Never two runs at once; the next begins `everyMs` after the last ended. What is thrown is reported, and the job goes on. */
export const periodicJob = (everyMs: number, run: () => Promise<void>, onError: (cause: unknown) => void): PeriodicJob => {
	let timer: NodeJS.Timeout | undefined;
	let running: Promise<void> | undefined;
	let again = false;
	let stopped = true;

	const go = (): void => {
		clearTimeout(timer);
		if (stopped) return;
		if (running) {
			again = true;
			return;
		}
		running = runOutsideScope(run)
			.catch(onError)
			.finally(() => {
				running = undefined;
				if (stopped) return;
				timer = setTimeout(go, again ? 0 : everyMs).unref();
				again = false;
			});
	};

	return {
		start() {
			stopped = false;
			timer = setTimeout(go, 0).unref();
		},
		async stop() {
			stopped = true;
			clearTimeout(timer);
			await running;
		},
		wake: go,
	};
};
