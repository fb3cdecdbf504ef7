import type { Server } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "@mixins/async/wait-until";

/** So long an idle connection may still bring a request that was on its way when we began to stop. */
const GRACE_MS = 500;
const LIMIT_MS = 10_000;
const POLL_INTERVAL_MS = 20;

/** Node's own mark of a request that is being answered. Its list of idle connections leaves out those that have not said anything yet. */
const isBusy = (socket: Socket & { readonly _httpMessage?: unknown }): boolean => Boolean(socket._httpMessage);

/** The open connections of a server, from its beginning. */
export const connectionsOf = (server: Server): ReadonlySet<Socket> => {
	const open = new Set<Socket>();
	server.on("connection", (socket: Socket) => {
		open.add(socket);
		socket.once("close", () => open.delete(socket));
	});
	return open;
};

/**
 * Lets a server go without a request that came going unanswered. The caller sees to it that every answer from now on ends its connection, so
 * busy clients leave one by one; those that say nothing for a while are closed; what still runs after `limitMs` is cut off.
 */
export const drain = async (server: Server, connections: ReadonlySet<Socket>, graceMs = GRACE_MS, limitMs = LIMIT_MS): Promise<void> => {
	const begun = performance.now();
	await turn(); // right after the loop has taken what was waiting to connect
	// Not http's own `close`, which ends idle connections at once, under the requests that are on their way through them.
	const closed = new Promise<void>((resolve) => {
		NetServer.prototype.close.call(server, () => {
			resolve();
		});
	});
	while (connections.size > 0) {
		const waited = performance.now() - begun;
		for (const socket of connections) if (waited > limitMs || (waited > graceMs && !isBusy(socket))) socket.destroy();
		await pause(POLL_INTERVAL_MS);
	}
	await closed;
	server.close(() => undefined); // ends its own timer
};

/** Waits for what is under way, where the server is an application's own. */
export const waitUntilIdle = (isQuiet: () => boolean, limitMs = LIMIT_MS): Promise<void> => waitUntil(isQuiet, limitMs);
