import { setImmediate } from "node:timers/promises";
import { handleIn } from "./reading";
import type { Sheet } from "./sheet";
import { handlesOfLines } from "./traces";

/** The products of a file whose rows do not stand together, by their handles: how many rows of the file are read when all of theirs are. */
export type Scattered = ReadonlyMap<string, number>;

/** Reads a file for its handles alone: only so can a product wait until all its rows are there. Rows that an open quote swallowed count. */
export const survey = async ({ columns, rows }: Sheet): Promise<Scattered> => {
	const known = new Set<string>();
	const scattered = new Map<string, number>();
	let above = "";
	let read = 0;
	for await (const batch of rows()) {
		for (const row of batch) {
			read++;
			const [handle, ...swallowed] = row.flaw ? handlesOfLines(row, columns) : [handleIn(row.cells[columns.at.handle] ?? "")];
			for (const other of swallowed) if (other !== undefined && other !== handle && known.has(other)) scattered.set(other, read);
			if (!handle) continue;
			if (handle === above ? scattered.has(handle) : known.has(handle)) scattered.set(handle, read);
			known.add(handle);
			above = handle;
		}
		await setImmediate();
	}
	return scattered;
};
