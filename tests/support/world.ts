import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker, type Middleware, type ServiceSchema } from "moleculer";
import { readSettings } from "@config/env";
import { startProgram, type Program } from "@config/program";
import { resilienceOptions } from "@config/resilience";
import type { Log, Runtime } from "@config/runtime";
import type { Clock } from "@kernel/clock";
import type { EventContract } from "@kernel/contract";

const nothing = (): void => undefined;
export const QUIET: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

export interface World extends Program {
	readonly folder: string;
	/** Stops the program and keeps its data for a later start. */
	pause(): Promise<void>;
}

interface Options {
	readonly env?: Readonly<Record<string, string>>;
	readonly events?: readonly EventContract[];
	readonly clock?: Clock;
	readonly log?: Log;
	readonly middlewares?: readonly Middleware[];
	/** The data of an earlier world. */
	readonly folder?: string;
}

/** Starts services on a real broker, with a real store, bus and relay, in a separate folder. */
export const world = async (
	stalls: readonly ((runtime: Runtime) => ServiceSchema)[],
	{
		env = {},
		events = [],
		clock = Date.now,
		log = QUIET,
		middlewares = [],
		folder = mkdtempSync(join(tmpdir(), "tianguis-")),
	}: Options = {},
): Promise<World> => {
	const settings = readSettings({
		NODE_ENV: "test",
		PORT: "0",
		METRICS_PORT: "0",
		LOG_LEVEL: "fatal",
		TEST_WEBHOOK_SECRET: "test-webhook-secret",
		DATA_DIR: folder,
		...env,
	});
	const program = await startProgram({
		settings,
		broker: () =>
			new ServiceBroker({
				logger: false,
				dependencyInterval: 20,
				nodeID: `test-${process.pid}-${Math.random()}`,
				...resilienceOptions(middlewares),
			}),
		services: stalls,
		events,
		clock,
		log,
	});
	program.markReady();
	return {
		...program,
		folder,
		pause: () => program.stop(),
		async stop() {
			await program.stop();
			rmSync(folder, { recursive: true, force: true });
		},
	};
};

/** Waits until a condition holds. On time-out the error states the condition. */
export const eventually = async <T>(
	look: () => Promise<T | undefined | false> | T | undefined | false,
	what = "it",
	withinMs = 10_000,
): Promise<T> => {
	const deadline = performance.now() + withinMs;
	for (;;) {
		const found = await look();
		if (found !== undefined && found !== false) return found;
		if (performance.now() > deadline) throw new Error(`${what} did not come true within ${withinMs} ms`);
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
};
