import { timeSlice } from "@mixins/async/time-slice";
import type { Columns } from "../columns";
import { handleIn } from "./row-reader";
import type { Row } from "../rows/row-splitter";
import type { CsvFile } from "../rows/csv-file";
import { handlesOfLines } from "./broken-rows";

/** Handles of products with non-adjacent rows, each with the number of the last row of the product in the file. */
export type ScatteredHandles = ReadonlyMap<string, number>;

interface HandleFilter {
	add(handle: string): void;
	/** May rarely be true for a handle that was not added. A false positive is harmless: the product is only treated as scattered. */
	has(handle: string): boolean;
}

const BITS = 24;

/** Set of handles as a one-hash Bloom filter of 2 MiB, whatever the size of the file. */
const handleFilter = (): HandleFilter => {
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

/** Reads only the handles of a file, so that a product can wait for all its rows. Rows swallowed by an open quote are included. */
export const scanHandles = async ({ columns, handles }: CsvFile): Promise<ScatteredHandles> => {
	const seen = handleFilter();
	const scattered = new Map<string, number>();
	let previous = "";
	let read = 0;
	for await (const batch of handles()) {
		for (const row of batch) {
			read++;
			const [handle, ...swallowed] = handlesIn(row, columns);
			for (const other of swallowed) if (other !== undefined && other !== handle && seen.has(other)) scattered.set(other, read);
			if (!handle) continue;
			if (handle === previous ? scattered.has(handle) : seen.has(handle)) scattered.set(handle, read);
			seen.add(handle);
			previous = handle;
		}
		await timeSlice();
	}
	return scattered;
};
