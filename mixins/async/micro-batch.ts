interface Due<Item, Answer> {
	readonly item: Item;
	readonly resolve: (answer: Answer) => void;
	readonly reject: (cause: unknown) => void;
}

export interface MicroBatch<Item, Answer> {
	/** Answers when its group was written. */
	add(item: Item): Promise<Answer>;
	/** Resolves when nothing is due or under way. */
	idle(): Promise<void>;
}

/** Gathers what is due in one turn of the event loop, or while others are being written, and writes it together. */
export const microBatch = <Item, Answer>(write: (items: readonly Item[]) => Promise<readonly Answer[]>): MicroBatch<Item, Answer> => {
	let due: Due<Item, Answer>[] = [];
	let busy = false; // a group is under way, or about to be
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
		wake(); // one turn later: what these answers lead to is due as well by then
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
