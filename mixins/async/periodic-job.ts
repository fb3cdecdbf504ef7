import { runOutsideScope } from "../observability/scope";

/** Work that a service repeats periodically. */
export interface PeriodicJob {
	start(): void;
	/** Stops the job and waits for the current run. */
	stop(): Promise<void>;
	/** Requests a run now, or another one after the current run. */
	wake(): void;
}

/**
 * Lets the preferred host run at every turn and other hosts less often, in case the preferred host has failed.
 *
 * @param others number of turns between runs on other hosts
 */
export const byTurns = (isFirst: () => boolean, others: number, run: () => Promise<void>): (() => Promise<void>) => {
	let waited = 0;
	return () => {
		if (!isFirst() && ++waited < others) return Promise.resolve();
		waited = 0;
		return run();
	};
};

/** Runs never overlap. The next run starts `everyMs` after the last one ended. Errors are reported and do not stop the job. */
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
