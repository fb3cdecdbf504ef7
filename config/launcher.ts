import { Socket } from "node:net";

/**
 * `npm start` runs the server as a child process and holds the other end of a pipe. Calls `stop` once when that end closes: the launcher was
 * asked to stop, or it ended for another reason. A signal may request a stop as well, so `stop` must be idempotent.
 *
 * @param fd descriptor of the pipe. If it is undefined or not open, no launcher exists and `stop` is never called.
 */
export const onLauncherGone = (fd: number | undefined, stop: () => void): void => {
	if (fd === undefined) return;
	let pipe: Socket;
	try {
		pipe = new Socket({ fd, readable: true, writable: false });
	} catch {
		return; // EBADF: the variable was inherited, the pipe was not
	}
	pipe.once("close", () => {
		stop();
	});
	pipe.on("error", () => undefined); // "close" follows every error
	pipe.resume();
	pipe.unref(); // the pipe must not keep the process running
};
