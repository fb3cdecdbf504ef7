import { Socket } from "node:net";

/**
 * `npm start` runs the server as its child and holds the other end of a pipe. Calls `stop`, once, when that end closes: the launcher was
 * asked to stop, or it is gone, however it died. May come in addition to a signal, so `stop` must bear being asked again.
 *
 * @param fd where the pipe is; undefined, or not open: nobody launched us, and nothing happens
 */
export const onLauncherGone = (fd: number | undefined, stop: () => void): void => {
	if (fd === undefined) return;
	let pipe: Socket;
	try {
		pipe = new Socket({ fd, readable: true, writable: false });
	} catch {
		return; // a variable that was inherited from further up, without the pipe
	}
	pipe.once("close", () => {
		stop();
	});
	pipe.on("error", () => undefined); // "close" follows
	pipe.resume();
	pipe.unref(); // it alone keeps no program alive
};
