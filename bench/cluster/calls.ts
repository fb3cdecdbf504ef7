/** Measures the latency of a call to an action that does nothing, on the same node and on another. */
import { randomBytes } from "node:crypto";
import { ServiceBroker } from "moleculer";
import { readSettings } from "@config/env";
import { brokerOptions } from "../../moleculer.config";
import { drive } from "../http";
import type { Finding } from "./findings";

const WARM_UP = 500;
const PARAMS = { text: "x".repeat(1_000) };

/** @param engines REDIS_URL and AMQP_URL */
export const calls = async (engines: Readonly<Record<string, string>>, seconds: number): Promise<Finding[]> => {
	const settings = readSettings({
		...engines,
		NAMESPACE: `bench_${randomBytes(6).toString("hex")}`,
		METRICS_PORT: "0",
		LOG_LEVEL: "error",
	});
	const node = (): ServiceBroker => new ServiceBroker(brokerOptions(settings));
	const [near, far] = [node(), node()];
	const handler = ({ params }: { params: unknown }): unknown => params;
	far.createService({ name: "far", actions: { echo: { handler } } });
	near.createService({ name: "near", actions: { echo: { handler } } });
	await Promise.all([near.start(), far.start()]);
	await near.waitForServices("far");
	const findings: Finding[] = [];
	for (const [action, name] of [
		["near.echo", "a call in the process"],
		["far.echo", "a call over RabbitMQ"],
	] as const) {
		const one = () => near.call<unknown, object>(action, PARAMS);
		for (let turn = 0; turn < WARM_UP; turn++) await one();
		for (const atOnce of [1, 64]) {
			const { p50Ms, perSecond } = await drive(one, atOnce, { seconds });
			findings.push({ name: `${name}, ${atOnce} at once: half take at most`, unit: "ms", values: [p50Ms], perSecond });
		}
	}
	await Promise.all([near.stop(), far.stop()]);
	return findings;
};
