import { connect, createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A transparent TCP proxy that can inject network faults. */
export interface Proxy {
	readonly port: number;
	/** Resets all connections. */
	cut(): void;
	/** Ends all connections and refuses new ones until the link is repaired. */
	sever(): void;
	/** Accepts connections and bytes but forwards nothing. */
	hang(): void;
	/** Delay of each chunk in both directions. */
	delay(ms: number): void;
	mend(): void;
	close(): Promise<void>;
}

export const proxy = (targetPort: number, host = "127.0.0.1"): Promise<Proxy> => {
	const open = new Set<Socket>();
	let delayMs = 0;
	let severed = false;
	let held: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

	/** Keeps the order of chunks when the delay changes. */
	const carry = (from: Socket, to: Socket): void => {
		let last = Promise.resolve();
		const after = (work: () => void): void => {
			const passed = pause(delayMs);
			const before = last;
			last = (async () => {
				await before;
				await passed;
				await held?.promise;
				work();
			})();
		};
		from.on("data", (piece: Buffer) => {
			from.pause();
			after(() => {
				if (to.writable) to.write(piece);
				from.resume();
			});
		});
		from.on("end", () => {
			after(() => to.end());
		});
	};

	const cut = (): void => {
		for (const socket of open) socket.resetAndDestroy();
	};

	const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
		if (severed) {
			client.resetAndDestroy();
			return;
		}
		const target = connect({ port: targetPort, host, allowHalfOpen: true, noDelay: true });
		for (const [socket, other] of [
			[client, target],
			[target, client],
		] as const) {
			open.add(socket);
			socket.on("error", () => undefined);
			socket.once("close", () => {
				open.delete(socket);
				other.destroy();
			});
			carry(socket, other);
		}
	});

	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(0, host, () => {
			resolve({
				port: (server.address() as AddressInfo).port,
				cut,
				sever() {
					severed = true;
					cut();
				},
				hang() {
					held ??= Promise.withResolvers();
				},
				delay(ms) {
					delayMs = ms;
				},
				mend() {
					severed = false;
					delayMs = 0;
					held?.resolve();
					held = undefined;
				},
				close: () =>
					new Promise((closed) => {
						held?.resolve();
						server.close(() => {
							closed();
						});
						cut();
					}),
			});
		});
	});
};
