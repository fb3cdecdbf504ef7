import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";

/** So long an idle connection may still bring a request that was on its way when we began to stop. */
const GRACE_MS = 500;
const LIMIT_MS = 10_000;
const LOOK_MS = 20;

const connections = (server: Server): Promise<number> =>
	new Promise((resolve, reject) => {
		server.getConnections((cause, count) => {
			if (cause) reject(cause);
			else resolve(count);
		});
	});

/**
 * Lets a server go without a request that came going unanswered. The caller sees to it that every answer from now on ends its connection, so
 * busy clients leave one by one; those that say nothing for a while are closed; what still runs after `limitMs` is cut off.
 */
export const drain = async (server: Server, graceMs = GRACE_MS, limitMs = LIMIT_MS): Promise<void> => {
	const begun = performance.now();
	await turn(); // right after the loop has taken what was waiting to connect
	// Not http's own `close`, which ends idle connections at once, under the requests that are on their way through them.
	const closed = new Promise<void>((resolve) => {
		NetServer.prototype.close.call(server, () => {
			resolve();
		});
	});
	while ((await connections(server)) > 0) {
		const waited = performance.now() - begun;
		if (waited > limitMs) server.closeAllConnections();
		else if (waited > graceMs) server.closeIdleConnections();
		await pause(LOOK_MS);
	}
	await closed;
	server.close(() => undefined); // ends its own timer
};
