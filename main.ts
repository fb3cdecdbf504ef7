import { ServiceBroker } from "moleculer";
import { Unreachable } from "@config/broker/connectivity-check";
import { BadDataFolder } from "@config/data-folder";
import { BadSetting, readSettings, type Settings } from "@config/env";
import { onLauncherGone } from "@config/launcher";
import { openLog } from "@config/log";
import { assertFree, PortInUse } from "@config/ports";
import { startProgram, type Program } from "@config/program";
import { operatorCommands } from "./cli/repl/index";
import { furnish } from "./cli/bootstrap";
import { openOperatorSocket } from "./cli/operator-socket";
import { brokerOptions } from "./moleculer.config";
import { EVENTS, PERSONAL_NAMES, STALLS } from "./services";
import { CONSUMERS } from "./services/consumers";

const fail = (message: string): never => {
	process.stderr.write(`tianguis: ${message}\n`);
	process.exit(1);
};

const parse = (args: readonly string[]): { repl: boolean; settings: Settings } => {
	const names = args.filter((arg) => !arg.startsWith("--"));
	const unknown = args.find((arg) => arg.startsWith("--") && arg !== "--repl");
	if (unknown !== undefined) fail(`${unknown} is no option: there is --repl, and names of services`);
	return { repl: args.includes("--repl"), settings: readSettings(undefined, names) };
};

const stopOn = (program: Program): void => {
	let stopping = false;
	const stop = (): void => {
		if (stopping) return;
		stopping = true;
		program.stop().then(
			() => process.exit(0),
			(cause: unknown) => fail(`could not stop: ${String(cause)}`),
		);
	};
	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, stop);
	whenAsked = stop;
};

/** Until there is something to stop, to stop is to end. */
let whenAsked = (): void => process.exit(0);

const start = async (): Promise<void> => {
	const { repl, settings } = parse(process.argv.slice(2));
	onLauncherGone(settings.launcherFd, () => {
		whenAsked();
	});
	const services = settings.services ?? Object.keys(STALLS);
	if (services.includes("gateway")) await assertFree("PORT", settings.port);
	await assertFree("METRICS_PORT", settings.metricsPort);
	const log = openLog(settings.logLevel, PERSONAL_NAMES);
	const program = await startProgram({
		settings,
		log,
		broker: () =>
			new ServiceBroker({ ...brokerOptions(settings, log), replOptions: { customCommands: operatorCommands(() => program) } }),
		stalls: services.map((name) => STALLS[name]!),
		events: EVENTS,
		consumers: CONSUMERS,
	});
	stopOn(program);
	const lines = await furnish(program);
	if (program.ownsData) await openOperatorSocket(program);
	program.open();
	process.stdout.write(`${lines.join("\n")}\n`);
	if (repl) program.broker.repl();
};

start().catch((cause: unknown) => {
	const expected = [BadSetting, BadDataFolder, PortInUse, Unreachable].some((kind) => cause instanceof kind);
	fail(expected || !(cause instanceof Error) ? (cause as Error).message : (cause.stack ?? cause.message));
});
