/** Work on one thing after the other, on many things at once. In this process only: between nodes, versions decide. */
export type Lock = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export const locks = (): Lock => {
	const tails = new Map<string, Promise<unknown>>();
	return (key, work) => {
		const before = tails.get(key);
		const mine = before ? before.then(work, work) : work();
		const tail = mine.catch(() => undefined); // the caller of `mine` receives the error
		tails.set(key, tail);
		void tail.then(() => {
			if (tails.get(key) === tail) tails.delete(key);
		});
		return mine;
	};
};
