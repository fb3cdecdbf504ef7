import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import { readSettings } from "@config/env";
import { startProgram, type Program } from "@config/program";
import type { ProgramLog } from "@config/log";
import { ADMIN } from "../../bench/shop";
import { freePort } from "@config/ports";
import { bootstrap } from "../../cli/bootstrap";
import { brokerOptions } from "../../moleculer.config";
import { EVENTS, SERVICE_FACTORIES } from "../../services";
import { CONSUMERS } from "../../services/consumers";

export interface FullProgram extends Program {
	readonly url: string;
	readonly metricsUrl: string;
}

/** Starts the full program in this process as `main` does: with the real broker, and the gateway and metrics on their own ports. */
export const startFullProgram = async (env: Readonly<Record<string, string>> = {}, log?: ProgramLog): Promise<FullProgram> => {
	const folder = mkdtempSync(join(tmpdir(), "tianguis-"));
	const metricsPort = await freePort();
	const settings = readSettings({
		NODE_ENV: "test",
		PORT: "0",
		METRICS_PORT: String(metricsPort),
		DATA_DIR: folder,
		DEMO: "false",
		RATE_LIMITS: "off",
		LOG_LEVEL: "fatal",
		ADMIN_EMAIL: ADMIN.email,
		ADMIN_PASSWORD: ADMIN.password,
		TEST_WEBHOOK_SECRET: "test-webhook-secret",
		...env,
	});
	const program = await startProgram({
		settings,
		broker: () => new ServiceBroker(brokerOptions(settings, log)),
		services: Object.values(SERVICE_FACTORIES),
		events: EVENTS,
		consumers: CONSUMERS,
		...(log && { log }),
	});
	await bootstrap(program);
	program.markReady();
	const edge = program.broker.getLocalService("gateway") as unknown as { server: { address(): { port: number } } };
	return {
		...program,
		url: `http://127.0.0.1:${edge.server.address().port}`,
		metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
		async stop() {
			await program.stop();
			rmSync(folder, { recursive: true, force: true });
		},
	};
};
