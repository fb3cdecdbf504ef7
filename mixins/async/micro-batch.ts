interface Due<Item, Answer> {
	readonly item: Item;
	readonly resolve: (answer: Answer) => void;
	readonly reject: (cause: unknown) => void;
}

export interface MicroBatch<Item, Answer> {
	/** Resolves when the group of the item is written. */
	add(item: Item): Promise<Answer>;
	/** Resolves when no item is waiting or being written. */
	idle(): Promise<void>;
}

/** Collects items of one turn of the event loop, or those that arrive during a write, and writes them together. */
export const microBatch = <Item, Answer>(write: (items: readonly Item[]) => Promise<readonly Answer[]>): MicroBatch<Item, Answer> => {
	let due: Due<Item, Answer>[] = [];
	let busy = false; // a group is being written or is scheduled
	let waiting: (() => void)[] = [];

	const send = async (): Promise<void> => {
		const group = due;
		due = [];
		try {
			const answers = await write(group.map(({ item }) => item));
			group.forEach(({ resolve }, index) => {
				resolve(answers[index]!);
			});
		} catch (cause) {
			for (const { reject } of group) reject(cause);
		}
		busy = false;
		wake(); // one turn later, so that items that follow from these results are included
		if (due.length > 0) return;
		for (const resolve of waiting) resolve();
		waiting = [];
	};
	const wake = (): void => {
		if (busy || due.length === 0) return;
		busy = true;
		setImmediate(() => void send());
	};

	return {
		add: (item) =>
			new Promise((resolve, reject) => {
				due.push({ item, resolve, reject });
				wake();
			}),
		idle: async () => {
			if (busy) await new Promise<void>((resolve) => waiting.push(resolve));
		},
	};
};
