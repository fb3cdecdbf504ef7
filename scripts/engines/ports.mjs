/** Ports of the engines of one working copy. They form a block, so that working copies on one machine differ only in its first port. */
import { createServer } from "node:net";
import { Stop } from "../project.mjs";

const FIRST = 16379;
const BLOCK = 20;
const BLOCKS = 50;

export const portsFrom = (base) => ({
	redis: base,
	rabbitmq: [base + 1, base + 2, base + 3],
	mongodb: [base + 4, base + 5, base + 6],
	distribution: [base + 7, base + 8, base + 9],
	epmd: base + 10,
	guard: base + 11,
});

const listen = (port, host) =>
	new Promise((resolve) => {
		const server = createServer();
		server.once("error", () => resolve(undefined));
		server.listen({ port, host, exclusive: true }, () => resolve(server));
	});

const close = (server) => new Promise((resolve) => server.close(resolve));

/** Checks the loopback address and the wildcard address, since a program may listen on all addresses. */
const isFree = async (port) => {
	for (const host of ["127.0.0.1", undefined]) {
		const server = await listen(port, host);
		if (server === undefined) return false;
		await close(server);
	}
	return true;
};

const claim = async (base) => {
	const { guard, ...ports } = portsFrom(base);
	const server = await listen(guard, "127.0.0.1");
	if (server === undefined) return undefined;
	for (const port of Object.values(ports).flat()) {
		if (await isFree(port)) continue;
		await close(server);
		return undefined;
	}
	return { base, release: () => close(server) };
};

/**
 * The first block whose ports are all free, or the one that ENGINES_PORT asks for. Until `release`, which is due when the engines listen, a port of
 * the block is held, so that no other working copy takes it. The lock ends with its holder.
 *
 * @throws Stop if no block is free
 */
export const claimPorts = async () => {
	const wanted = process.env.ENGINES_PORT;
	if (wanted) {
		if (!/^\d{4,5}$/.test(wanted) || Number(wanted) + BLOCK > 65_535)
			throw new Stop(`ENGINES_PORT must be a port, not ${JSON.stringify(wanted)}`);
		const claimed = await claim(Number(wanted));
		if (claimed === undefined) throw new Stop(`A port between ENGINES_PORT=${wanted} and ${Number(wanted) + BLOCK - 1} is in use`);
		return claimed;
	}
	for (let block = 0; block < BLOCKS; block++) {
		const claimed = await claim(FIRST + block * BLOCK);
		if (claimed !== undefined) return claimed;
	}
	throw new Stop(`No ${BLOCK} ports in a row are free from ${FIRST} on: set ENGINES_PORT`);
};
