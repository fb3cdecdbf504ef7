import { setTimeout as pause } from "node:timers/promises";

const POLL_INTERVAL_MS = 20;

/** Waits until a condition holds, at most `limitMs`. */
export const waitUntil = async (isSo: () => boolean, limitMs: number): Promise<void> => {
	const end = performance.now() + limitMs;
	while (!isSo() && performance.now() < end) await pause(POLL_INTERVAL_MS);
};
