/** `npm run cluster`: starts a small cluster on this machine: two processes of each kind, real engines and one address. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { readSettings } from "@config/env";
import { assertPortFree } from "@config/ports";
import { engineUrls } from "./cluster/engines";
import { LayoutError, LAYOUTS, layout, type LayoutName } from "./cluster/layout";
import { startNode, stopAll, type Node } from "./cluster/node";
import { loadBalancer } from "./cluster/load-balancer";

const NAMES = Object.keys(LAYOUTS);
const USAGE = `npm run cluster -- [--copies 2] [--layout ${NAMES.join("|")}] [GROUP ...]    a group is what one process hosts: orders,payments`;
const MAX_COPIES = 9;

const isLayoutName = (name: string): name is LayoutName => NAMES.includes(name);

const start = async (): Promise<void> => {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: { copies: { type: "string", default: "2" }, layout: { type: "string", default: "recommended" } },
	});
	const copies = Number(values.copies);
	if (!(Number.isInteger(copies) && copies >= 1 && copies <= MAX_COPIES)) throw new Error(`usage: ${USAGE}`);
	if (!isLayoutName(values.layout)) throw new LayoutError(`--layout must be ${NAMES.join(" or ")}, not ${values.layout}`);
	const places = layout(positionals.length > 0 ? positionals : LAYOUTS[values.layout], copies);
	const settings = readSettings(undefined, []);
	const engines = engineUrls(settings);
	await assertPortFree("PORT", settings.port);

	const nodes: Node[] = [];
	const entrance = loadBalancer();
	let stopping = false;
	const stop = async (code: number): Promise<void> => {
		if (stopping) return;
		stopping = true;
		entrance.server.close();
		await stopAll(nodes);
		process.exit(code);
	};
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(0));

	const width = Math.max(...places.map(({ name }) => name.length));
	const say = (name: string) => (line: string) => process.stdout.write(`${name.padEnd(width)} | ${line}\n`);
	const metricsPort = (index: number): string => String(settings.metricsPort === 0 ? 0 : settings.metricsPort + index);
	const starting = places.map(async (place, index) => {
		const node = await startNode(place, { ...engines, PORT: "0", METRICS_PORT: metricsPort(index) }, say(place.name));
		nodes.push(node);
		void node.ended.then((code) => {
			if (!stopping) say(place.name)(`exited (${code ?? "killed"}) and is not restarted`);
		});
	});
	try {
		await Promise.all(starting);
	} catch (cause) {
		process.stderr.write(`cluster: ${(cause as Error).message}\n`);
		await Promise.race([Promise.allSettled(starting), once(process, "SIGINT")]);
		await stop(1);
		return;
	}
	const gateways = nodes.flatMap(({ port }) => port ?? []);
	entrance.to(gateways);
	entrance.server.listen(settings.port);
	await once(entrance.server, "listening");
	const base = `http://localhost:${(entrance.server.address() as AddressInfo).port}`;
	process.stdout.write(
		[
			"",
			...places.map(({ name, services }) => {
				const node = nodes.find((one) => one.name === name)!;
				return `  ${name.padEnd(width)}  pid ${node.pid}${node.port === undefined ? "" : `, port ${node.port}`}  ${services.join(" ")}`;
			}),
			"",
			`Cluster ready at ${base}/v1 (round robin over ${gateways.length} gateways). Docs: ${base}/docs. Ctrl-C stops all.`,
			"",
		].join("\n"),
	);
};

start().catch((cause: unknown) => {
	process.stderr.write(`cluster: ${(cause as Error).message}\n`);
	process.exit(1);
});
