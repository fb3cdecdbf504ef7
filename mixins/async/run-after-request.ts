/** Work that many ask for at once: each is given a run that began after it asked, and at most one runs at a time. */
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
		await before.catch(() => undefined); // whoever asked for that was told
		next = undefined;
		return start();
	};
	return () => {
		if (!current) return start();
		next ??= after(current);
		return next;
	};
};
