import type { CommitMeta } from "@kernel/cloud-event";
import { Actors } from "@mixins/actors/actor";
import type { Store } from "@mixins/store/port";
import { counter } from "./domain/counter";
import { counters } from "./orders.store";

const BLOCK = 100;

/** Returns a function that allocates order numbers, unique across all nodes. Numbers of a block that a shutdown leaves unused are lost. */
export const orderNumbers = (store: Store): ((cause: CommitMeta) => Promise<string>) => {
	const actors = new Actors(counter, store.collection(counters), { exclusive: store.exclusive });
	let block: Promise<{ next: number }> | undefined;
	let left = 0;

	return async (cause) => {
		if (left === 0) {
			left = BLOCK;
			block = actors.send("orders", "take", { count: BLOCK }, ({ next }) => ({ next: next - BLOCK }), cause);
			block.catch(() => {
				left = 0; // each caller of this block receives the error; the next caller takes another block
			});
		}
		left -= 1;
		const numbers = await block!;
		return String(numbers.next++);
	};
};
