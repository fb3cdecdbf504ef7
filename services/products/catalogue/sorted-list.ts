import { sortInSlices } from "@mixins/async/time-slice";
import type { Entry } from "./entry";
import { compareEntries, compareIds, comparePlaces, positionOf, type Key, type Order, type Place } from "./sort-orders";

/** Entries in a fixed order. */
export interface Listed {
	readonly length: number;
	slice(start: number, end: number): readonly Entry[];
	/** Number of entries at or before the position. */
	upTo(place: Place): number;
}

export interface SortedList extends Listed {
	all(): readonly Entry[];
	/** Fills an empty list, yielding to the event loop between slices. The list must not change meanwhile. */
	fill(entries: readonly Entry[]): Promise<void>;
	add(entry: Entry): void;
	remove(entry: Entry): void;
}

/** Binary search for the first index that satisfies `holds`, which must then be true for all later indexes. */
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
	firstIndex(sorted.length, (index) => comparePlaces(order, positionOf(order, sorted[index]!), place) > 0);

/** An immutable list over a sorted array. */
export const sortedArray = (order: Order, sorted: readonly Entry[]): Listed => ({
	length: sorted.length,
	slice: (start, end) => sorted.slice(start, end),
	upTo: (place) => countUpTo(order, sorted, place),
});

const BLOCK = 256;

/** Entries and their keys in parallel arrays, so that a search reads adjacent keys only. */
interface Block {
	readonly entries: Entry[];
	readonly keys: Key[];
}

/** A list that stays sorted under changes. It is divided into blocks, so that a change moves at most one block of entries. */
export const sortedList = (order: Order, maxBlock = BLOCK): SortedList => {
	const blocks: Block[] = [];
	let length = 0;

	/** Compares the element at an index of a block with a position. */
	const compareAt = ({ entries, keys }: Block, index: number, { key, id }: Place): number =>
		order.compare(keys[index]!, key) || compareIds(entries[index]!.id, id);
	const compareLast = (block: Block, place: Place): number => compareAt(block, block.keys.length - 1, place);

	/** First block that does not end before the position. Both ends are checked first, because most changes are there. */
	const blockOf = (place: Place): number => {
		const last = blocks.length - 1;
		if (last < 0 || compareAt(blocks[0]!, 0, place) >= 0) return 0;
		if (compareLast(blocks[last]!, place) < 0) return blocks.length;
		return firstIndex(blocks.length, (index) => compareLast(blocks[index]!, place) >= 0);
	};
	const indexIn = (block: Block, place: Place): number => {
		if (block.keys.length === 0 || compareAt(block, 0, place) >= 0) return 0;
		return firstIndex(block.keys.length, (index) => compareAt(block, index, place) >= 0);
	};
	const blockFrom = (entries: Entry[]): Block => ({ entries, keys: entries.map(order.keyOf) });

	return {
		get length() {
			return length;
		},
		async fill(entries) {
			const sorted = await sortInSlices(entries, compareEntries(order));
			for (let start = 0; start < sorted.length; start += maxBlock) blocks.push(blockFrom(sorted.slice(start, start + maxBlock)));
			length = sorted.length;
		},
		add(entry) {
			const place = positionOf(order, entry);
			const at = Math.min(blockOf(place), Math.max(0, blocks.length - 1));
			const block = (blocks[at] ??= blockFrom([]));
			const index = indexIn(block, place);
			block.entries.splice(index, 0, entry);
			block.keys.splice(index, 0, place.key);
			length += 1;
			if (block.keys.length <= maxBlock) return;
			const middle = maxBlock >>> 1;
			blocks.splice(at + 1, 0, { entries: block.entries.splice(middle), keys: block.keys.splice(middle) });
		},
		remove(entry) {
			const place = positionOf(order, entry);
			const at = blockOf(place);
			const block = blocks[at];
			const index = block ? indexIn(block, place) : -1;
			if (block?.entries[index] !== entry) throw new Error(`${entry.id} is not in the list`);
			block.entries.splice(index, 1);
			block.keys.splice(index, 1);
			length -= 1;
			if (block.keys.length === 0) blocks.splice(at, 1);
		},
		slice(start, end) {
			const found: Entry[] = [];
			let before = 0;
			for (const { entries } of blocks) {
				if (before >= end) break;
				if (before + entries.length > start) found.push(...entries.slice(Math.max(0, start - before), end - before));
				before += entries.length;
			}
			return found;
		},
		upTo(place) {
			const at = firstIndex(blocks.length, (index) => compareLast(blocks[index]!, place) > 0);
			const before = blocks.slice(0, at).reduce((sum, { keys }) => sum + keys.length, 0);
			const block = blocks[at];
			return block ? before + firstIndex(block.keys.length, (index) => compareAt(block, index, place) > 0) : before;
		},
		all: () => blocks.flatMap(({ entries }) => entries),
	};
};
