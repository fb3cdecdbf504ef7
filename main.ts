import { ServiceBroker } from "moleculer";
import { UnreachableError } from "@config/broker/connectivity-check";
import { DataFolderError } from "@config/data-folder";
import { InvalidSettingError, readSettings, type Settings } from "@config/env";
import { onLauncherGone } from "@config/launcher";
import { openLog } from "@config/log";
import { assertPortFree, PortInUseError } from "@config/ports";
import { startProgram, type Program } from "@config/program";
import { operatorCommands } from "./cli/repl/index";
import { bootstrap } from "./cli/bootstrap";
import { openOperatorSocket } from "./cli/operator-socket";
import { brokerOptions } from "./moleculer.config";
import { EVENTS, PERSONAL_NAMES, SERVICE_FACTORIES } from "./services";
import { CONSUMERS } from "./services/consumers";

const fail = (message: string): never => {
	process.stderr.write(`tianguis: ${message}\n`);
	process.exit(1);
};

const parse = (args: readonly string[]): { repl: boolean; settings: Settings } => {
	const names = args.filter((arg) => !arg.startsWith("--"));
	const unknown = args.find((arg) => arg.startsWith("--") && arg !== "--repl");
	if (unknown !== undefined) fail(`${unknown} is not an option; usage: [--repl] [SERVICE ...]`);
	return { repl: args.includes("--repl"), settings: readSettings(undefined, names) };
};

const stopOn = (program: Program): void => {
	let stopping = false;
	const stop = (): void => {
		if (stopping) return;
		stopping = true;
		program.stop().then(
			() => process.exit(0),
			(cause: unknown) => fail(`shutdown failed: ${String(cause)}`),
		);
	};
	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, stop);
	requestStop = stop;
};

/** Handles a stop request. Before the program has started there is nothing to stop, so the process exits. */
let requestStop = (): void => process.exit(0);

const start = async (): Promise<void> => {
	const { repl, settings } = parse(process.argv.slice(2));
	onLauncherGone(settings.launcherFd, () => {
		requestStop();
	});
	const services = settings.services ?? Object.keys(SERVICE_FACTORIES);
	if (services.includes("gateway")) await assertPortFree("PORT", settings.port);
	await assertPortFree("METRICS_PORT", settings.metricsPort);
	const log = openLog(settings.logLevel, PERSONAL_NAMES);
	const program = await startProgram({
		settings,
		log,
		broker: () =>
			new ServiceBroker({ ...brokerOptions(settings, log), replOptions: { customCommands: operatorCommands(() => program) } }),
		services: services.map((name) => SERVICE_FACTORIES[name]!),
		events: EVENTS,
		consumers: CONSUMERS,
	});
	stopOn(program);
	const lines = await bootstrap(program);
	if (program.ownsDataFolder) await openOperatorSocket(program);
	program.markReady();
	process.stdout.write(`${lines.join("\n")}\n`);
	if (repl) program.broker.repl();
};

start().catch((cause: unknown) => {
	const expected = [InvalidSettingError, DataFolderError, PortInUseError, UnreachableError].some((kind) => cause instanceof kind);
	fail(expected || !(cause instanceof Error) ? (cause as Error).message : (cause.stack ?? cause.message));
});
