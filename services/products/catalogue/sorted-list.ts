import type { Entry } from "./entry";
import { compareEntries, comparePlaces, placeOf, type Order, type Place } from "./sorts";

/** Entries in an order. */
export interface Listed {
	readonly length: number;
	slice(start: number, end: number): readonly Entry[];
	/** How many come at or before the place. */
	upTo(place: Place): number;
}

export interface SortedList extends Listed {
	all(): readonly Entry[];
	/** Many at once, into a list that is empty. */
	fill(entries: readonly Entry[]): void;
	add(entry: Entry): void;
	remove(entry: Entry): void;
}

/** The first index for which it holds; it holds for all after that. */
const firstIndex = (length: number, holds: (index: number) => boolean): number => {
	let low = 0;
	let high = length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (holds(middle)) high = middle;
		else low = middle + 1;
	}
	return low;
};

const countUpTo = (order: Order, sorted: readonly Entry[], place: Place): number =>
	firstIndex(sorted.length, (index) => comparePlaces(order, placeOf(order, sorted[index]!), place) > 0);

/** A list that is sorted once and stays as it is. */
export const sortedArray = (order: Order, sorted: readonly Entry[]): Listed => ({
	length: sorted.length,
	slice: (start, end) => sorted.slice(start, end),
	upTo: (place) => countUpTo(order, sorted, place),
});

const BLOCK = 1_024;

/** A list that stays sorted while entries come and go. It is kept in blocks, so that a change moves no more entries than one holds. */
export const sortedList = (order: Order, maxBlock = BLOCK): SortedList => {
	const compare = compareEntries(order);
	const blocks: Entry[][] = [];
	let length = 0;

	/** Where the entry is or belongs: the first block that does not end before it. */
	const blockOf = (entry: Entry): number => firstIndex(blocks.length, (index) => compare(blocks[index]!.at(-1)!, entry) >= 0);
	const indexIn = (block: readonly Entry[], entry: Entry): number =>
		firstIndex(block.length, (index) => compare(block[index]!, entry) >= 0);

	return {
		get length() {
			return length;
		},
		fill(entries) {
			const sorted = [...entries].sort(compare);
			for (let start = 0; start < sorted.length; start += maxBlock) blocks.push(sorted.slice(start, start + maxBlock));
			length = sorted.length;
		},
		add(entry) {
			const at = Math.min(blockOf(entry), Math.max(0, blocks.length - 1));
			const block = (blocks[at] ??= []);
			block.splice(indexIn(block, entry), 0, entry);
			length += 1;
			if (block.length > maxBlock) blocks.splice(at + 1, 0, block.splice(maxBlock >>> 1));
		},
		remove(entry) {
			const at = blockOf(entry);
			const block = blocks[at];
			const index = block ? indexIn(block, entry) : -1;
			if (block?.[index] !== entry) throw new Error(`${entry.id} is not in the list`);
			block.splice(index, 1);
			length -= 1;
			if (block.length === 0) blocks.splice(at, 1);
		},
		slice(start, end) {
			const found: Entry[] = [];
			let before = 0;
			for (const block of blocks) {
				if (before >= end) break;
				if (before + block.length > start) found.push(...block.slice(Math.max(0, start - before), end - before));
				before += block.length;
			}
			return found;
		},
		upTo(place) {
			const at = firstIndex(blocks.length, (index) => comparePlaces(order, placeOf(order, blocks[index]!.at(-1)!), place) > 0);
			const before = blocks.slice(0, at).reduce((sum, block) => sum + block.length, 0);
			return before + countUpTo(order, blocks[at] ?? [], place);
		},
		all: () => blocks.flat(),
	};
};
