import type { Entry } from "./entry";
import { compareEntries, countUpTo, placeOf, type Order } from "./sorts";

/** Entries that are kept in an order. What comes and goes is noted, and put in its place when somebody looks. */
export interface Ranking {
	add(entry: Entry): void;
	remove(entry: Entry): void;
	/** In order. Not to be kept beyond the next change. */
	sorted(): readonly Entry[];
}

/** So many are moved one by one; more, and the list is merged as a whole. */
const FEW = 32;

export const ranking = (order: Order): Ranking => {
	const compare = compareEntries(order);
	let list: Entry[] = [];
	const come = new Set<Entry>();
	const gone = new Set<Entry>();

	const moveEach = (): void => {
		for (const entry of gone) list.splice(countUpTo(order, list, placeOf(order, entry)) - 1, 1);
		for (const entry of come) list.splice(countUpTo(order, list, placeOf(order, entry)), 0, entry);
	};

	const merge = (): void => {
		const kept = gone.size === 0 ? list : list.filter((entry) => !gone.has(entry));
		const fresh = [...come].sort(compare);
		const merged: Entry[] = [];
		let next = 0;
		for (const entry of kept) {
			while (next < fresh.length && compare(fresh[next]!, entry) < 0) merged.push(fresh[next++]!);
			merged.push(entry);
		}
		while (next < fresh.length) merged.push(fresh[next++]!);
		list = merged;
	};

	return {
		add(entry) {
			if (!gone.delete(entry)) come.add(entry);
		},
		remove(entry) {
			if (!come.delete(entry)) gone.add(entry);
		},
		sorted() {
			const changes = come.size + gone.size;
			if (changes > FEW) merge();
			else if (changes > 0) moveEach();
			come.clear();
			gone.clear();
			return list;
		},
	};
};
