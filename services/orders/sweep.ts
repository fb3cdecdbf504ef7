import type { Caller } from "@kernel/contract";
import { byItself } from "@mixins/request";
import type { Desk } from "./desk";
import { drive } from "./drive";
import { openSince } from "./orders.store";

/** Longer than any step takes: a provider that does not answer is given up after 3 s. */
const QUIET_MS = 4_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const AT_ONCE = 16;

interface Pause {
	readonly ms: number;
	readonly until: number;
}

/**
 * Takes up what a process that died, or a provider that did not answer, has left open. An order that cannot be moved is tried again after a
 * growing pause, which only this process remembers.
 */
export const sweeper = (desk: Desk, onError: (orderId: string, cause: unknown) => void) => {
	const pauses = new Map<string, Pause>();

	return async (caller: Caller, now: number): Promise<void> => {
		const { cause } = byItself(caller, "orders.sweep", now);
		const open = await openSince(desk.collection, now - QUIET_MS);
		const ids = new Set(open.map(({ id }) => id));
		for (const id of pauses.keys()) if (!ids.has(id)) pauses.delete(id);
		const due = [...ids].filter((id) => !desk.runs.has(id) && now >= (pauses.get(id)?.until ?? 0));
		const worker = async (): Promise<void> => {
			for (let id = due.pop(); id !== undefined; id = due.pop()) {
				const ms = Math.min(LONGEST_PAUSE_MS, 2 * (pauses.get(id)?.ms ?? FIRST_PAUSE_MS));
				pauses.set(id, { ms, until: now + ms });
				try {
					await drive(desk, caller, id, cause);
				} catch (failure) {
					onError(id, failure);
				}
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, worker));
	};
};
