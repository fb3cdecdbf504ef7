import { createServer, type AddressInfo } from "node:net";

/** A port is in use. The message is one line for the operator. */
export class PortInUseError extends Error {}

/** @throws PortInUseError if the port is in use or reserved. Port 0 selects any free port, so it is never in use. */
export const assertPortFree = async (name: string, port: number): Promise<void> => {
	if (port === 0) return;
	await new Promise<void>((resolve, reject) => {
		const probe = createServer();
		probe.once("error", (cause: NodeJS.ErrnoException) => {
			reject(
				cause.code === "EADDRINUSE" || cause.code === "EACCES"
					? new PortInUseError(`port ${port} is in use; set ${name} to a free port`)
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

/** A port of this machine that is free at the moment, for a program that must be given its port. */
export const freePort = (): Promise<number> =>
	new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once("error", reject);
		probe.listen(0, "127.0.0.1", () => {
			const { port } = probe.address() as AddressInfo;
			probe.close(() => {
				resolve(port);
			});
		});
	});
