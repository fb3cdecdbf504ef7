import { createServer } from "node:net";

/** A port that is taken. The message is one line for the operator. */
export class PortInUse extends Error {}

/** @throws PortInUse where somebody else listens there already. Port 0, any free one, is never taken. */
export const assertFree = async (name: string, port: number): Promise<void> => {
	if (port === 0) return;
	await new Promise<void>((resolve, reject) => {
		const probe = createServer();
		probe.once("error", (cause: NodeJS.ErrnoException) => {
			reject(
				cause.code === "EADDRINUSE" || cause.code === "EACCES"
					? new PortInUse(`port ${port} is in use: set ${name} to another`)
					: cause,
			);
		});
		probe.listen({ port }, () => {
			probe.close(() => {
				resolve();
			});
		});
	});
};
