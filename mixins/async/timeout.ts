import { clearTimeLimit, startTimeLimit } from "./time-limits";

/** Work did not end in time. */
export class TimeoutError extends Error {
	override readonly name = "TimeoutError";
}

export interface TimeoutOptions<Late> {
	/** Supplies the result, or throws the error, of work that did not end in time. Default: throws TimeoutError. */
	readonly onTimeout?: () => Late;
	/** Receives the error of work that fails after the time-out. Default: the error is dropped. */
	readonly onLateFailure?: (cause: unknown) => void;
	/** Whether to use the timer that all time limits share. It costs less and fires up to 20 ms late. Default false. */
	readonly sharedTimer?: boolean;
}

const startTimer = (ms: number, onExpired: () => void): (() => void) => {
	const timer = setTimeout(onExpired, ms);
	return () => {
		clearTimeout(timer);
	};
};

const startSharedTimer = (ms: number, onExpired: () => void): (() => void) => {
	const limit = startTimeLimit(ms, onExpired);
	return () => {
		clearTimeLimit(limit);
	};
};

const toError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause), { cause }));

/**
 * Waits for work, at most for a given time. The work itself goes on after the time-out.
 *
 * @param ms 0 or less: no limit
 * @throws TimeoutError unless `onTimeout` says otherwise
 */
export const withTimeout = <T, Late = never>(
	work: Promise<T>,
	ms: number,
	{ onTimeout, onLateFailure, sharedTimer = false }: TimeoutOptions<Late> = {},
): Promise<T | Late> => {
	if (ms <= 0) return work;
	return new Promise((resolve, reject) => {
		let isOver = false;
		const stopTimer = (sharedTimer ? startSharedTimer : startTimer)(ms, () => {
			isOver = true;
			try {
				if (!onTimeout) throw new TimeoutError(`timed out after ${ms} ms`);
				resolve(onTimeout());
			} catch (cause) {
				reject(toError(cause));
			}
		});
		work.then(
			(value) => {
				stopTimer();
				resolve(value);
			},
			(cause: unknown) => {
				stopTimer();
				if (isOver) onLateFailure?.(cause);
				else reject(toError(cause));
			},
		);
	});
};

/** Resolves when the work has ended or the time has passed. The work continues. @param ref whether the timer keeps the process alive */
export const settleWithin = async (ms: number, work: Promise<unknown>, { ref = true }: { readonly ref?: boolean } = {}): Promise<void> => {
	let timer: NodeJS.Timeout | undefined;
	const over = new Promise<void>((resolve) => {
		timer = setTimeout(resolve, ms);
		if (!ref) timer.unref();
	});
	await Promise.race([work, over]).finally(() => {
		clearTimeout(timer);
	});
};
