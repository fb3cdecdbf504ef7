import { clearTimeLimit, startTimeLimit } from "@mixins/async/time-limits";

/** What work comes to, or what `late` says where it takes longer than so many milliseconds; 0: as long as it takes. What fails later on is told. */
export const within = <T>(ms: number, work: Promise<T>, late: () => T, onLateFailure: (cause: unknown) => void): Promise<T> => {
	if (ms <= 0) return work;
	return new Promise((resolve, reject) => {
		let over = false;
		const limit = startTimeLimit(ms, () => {
			over = true;
			resolve(late());
		});
		work.then(
			(value) => {
				clearTimeLimit(limit);
				resolve(value);
			},
			(cause: unknown) => {
				clearTimeLimit(limit);
				if (over) onLateFailure(cause);
				else reject(cause instanceof Error ? cause : new Error(String(cause), { cause }));
			},
		);
	});
};
