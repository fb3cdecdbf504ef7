import { timeSlice } from "@mixins/async/time-slice";
import type { Columns } from "../columns";
import { handleIn } from "./row-reader";
import type { Row } from "../rows/row-splitter";
import type { CsvFile } from "../rows/csv-file";
import { handlesOfLines } from "./broken-rows";

/** The products of a file whose rows do not stand together, by their handles: how many rows of the file are read when all of theirs are. */
export type ScatteredHandles = ReadonlyMap<string, number>;

interface Seen {
	add(handle: string): void;
	/** Sometimes, if seldom, of one that was not: what is meant for a product that comes back does no harm to another. */
	has(handle: string): boolean;
}

const BITS = 24;

/** Which handles there were, in 2 MiB whatever the file. */
const seenHandles = (): Seen => {
	const bytes = new Uint8Array(2 ** (BITS - 3));
	const bitOf = (handle: string): number => {
		let hash = 0x811c9dc5; // FNV-1a
		for (let index = 0; index < handle.length; index++) hash = Math.imul(hash ^ handle.charCodeAt(index), 0x01000193);
		return hash >>> (32 - BITS);
	};
	const partOf = (bit: number): number => bytes[bit >>> 3] ?? 0;
	return {
		add(handle) {
			const bit = bitOf(handle);
			bytes[bit >>> 3] = partOf(bit) | (1 << (bit & 7));
		},
		has(handle) {
			const bit = bitOf(handle);
			return (partOf(bit) & (1 << (bit & 7))) !== 0;
		},
	};
};

const handlesIn = (row: string | Row, columns: Columns): (string | undefined)[] => {
	if (typeof row === "string") return [handleIn(row)];
	return row.flaw ? handlesOfLines(row, columns) : [handleIn(row.cells[columns.at.handle] ?? "")];
};

/** Reads a file for its handles alone: only so can a product wait until all its rows are there. Rows that an open quote swallowed count. */
export const scanHandles = async ({ columns, handles }: CsvFile): Promise<ScatteredHandles> => {
	const seen = seenHandles();
	const scattered = new Map<string, number>();
	let above = "";
	let read = 0;
	for await (const batch of handles()) {
		for (const row of batch) {
			read++;
			const [handle, ...swallowed] = handlesIn(row, columns);
			for (const other of swallowed) if (other !== undefined && other !== handle && seen.has(other)) scattered.set(other, read);
			if (!handle) continue;
			if (handle === above ? scattered.has(handle) : seen.has(handle)) scattered.set(handle, read);
			seen.add(handle);
			above = handle;
		}
		await timeSlice();
	}
	return scattered;
};
