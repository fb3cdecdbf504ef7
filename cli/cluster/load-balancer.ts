import { connect, createServer, type Server, type Socket } from "node:net";

/** Serves several gateways under one address, round robin by connection. A gateway that refuses connections is skipped. */
export interface LoadBalancer {
	readonly server: Server;
	to(ports: readonly number[]): void;
}

const HOST = "127.0.0.1";

const join = (client: Socket, gateway: Socket): void => {
	client.pipe(gateway).pipe(client);
	const end = (): void => {
		client.destroy();
		gateway.destroy();
	};
	client.on("error", end).on("close", end);
	gateway.on("error", end).on("close", end);
};

export const loadBalancer = (): LoadBalancer => {
	let ports: readonly number[] = [];
	let turn = 0;

	const pass = (client: Socket, tries: number): void => {
		const port = ports[turn++ % ports.length];
		if (port === undefined || tries === 0) {
			client.destroy();
			return;
		}
		const gateway = connect({ port, host: HOST, noDelay: true });
		const next = (): void => {
			pass(client, tries - 1);
		};
		gateway.once("error", next);
		gateway.once("connect", () => {
			gateway.off("error", next);
			join(client, gateway);
		});
	};

	const server = createServer({ noDelay: true, pauseOnConnect: false }, (client) => {
		client.on("error", () => undefined);
		pass(client, ports.length);
	});
	return {
		server,
		to(all) {
			ports = all;
		},
	};
};
