/** What work comes to, or what `late` says where it takes longer than so many milliseconds; 0: as long as it takes. What fails later on is told. */
export const within = <T>(ms: number, work: Promise<T>, late: () => T, onLateFailure: (cause: unknown) => void): Promise<T> => {
	if (ms <= 0) return work;
	return new Promise((resolve, reject) => {
		let over = false;
		const timer = setTimeout(() => {
			over = true;
			resolve(late());
		}, ms);
		work.then(
			(value) => {
				clearTimeout(timer);
				resolve(value);
			},
			(cause: unknown) => {
				clearTimeout(timer);
				if (over) onLateFailure(cause);
				else reject(cause instanceof Error ? cause : new Error(String(cause), { cause }));
			},
		);
	});
};
