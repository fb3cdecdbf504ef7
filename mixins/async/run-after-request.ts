/** Coalesces requests for the same work. Each request receives a run that started after it; runs do not overlap. */
export const runAfterRequest = (run: () => Promise<void>): (() => Promise<void>) => {
	let current: Promise<void> | undefined;
	let next: Promise<void> | undefined;
	const start = (): Promise<void> => {
		const mine = run().finally(() => {
			if (current === mine) current = undefined;
		});
		current = mine;
		return mine;
	};
	const after = async (before: Promise<void>): Promise<void> => {
		await before.catch(() => undefined); // the requester of that run receives the error
		next = undefined;
		return start();
	};
	return () => {
		if (!current) return start();
		next ??= after(current);
		return next;
	};
};
