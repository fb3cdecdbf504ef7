import type { Server } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "@mixins/async/wait-until";

/** Time in milliseconds during which an idle connection may still deliver a request that was in transit when the shutdown began. */
const GRACE_MS = 500;
const LIMIT_MS = 10_000;
const POLL_INTERVAL_MS = 20;

/** Node marks a socket whose request is in flight. Its list of idle connections omits sockets that have not sent anything yet. */
const isBusy = (socket: Socket & { readonly _httpMessage?: unknown }): boolean => Boolean(socket._httpMessage);

/** Tracks the open connections of a server. Must be called before the server accepts any. */
export const connectionsOf = (server: Server): ReadonlySet<Socket> => {
	const open = new Set<Socket>();
	server.on("connection", (socket: Socket) => {
		open.add(socket);
		socket.once("close", () => open.delete(socket));
	});
	return open;
};

/**
 * Stops a server without dropping received requests. The caller ensures that every response from now on closes its connection, so busy
 * connections end one by one. Connections idle for `graceMs` are closed; those still busy after `limitMs` are destroyed.
 */
export const drain = async (server: Server, connections: ReadonlySet<Socket>, graceMs = GRACE_MS, limitMs = LIMIT_MS): Promise<void> => {
	const begun = performance.now();
	await turn(); // the event loop has then accepted pending connections
	// `close` of http ends idle connections at once, which would drop requests in transit on them.
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
	server.close(() => undefined); // stops the internal timer of http
};

/** Waits for requests in flight if the server belongs to the embedding application. */
export const waitUntilIdle = (isQuiet: () => boolean, limitMs = LIMIT_MS): Promise<void> => waitUntil(isQuiet, limitMs);
