/** `npm run repl`: joins a running cluster as an operator's node without services, with Moleculer's REPL and the shop's commands. */
import { ServiceBroker } from "moleculer";
import { InvalidSettingError, readSettings } from "@config/env";
import { startProgram, type Program } from "@config/program";
import { brokerOptions } from "../moleculer.config";
import { EVENTS } from "../services";
import { CONSUMERS } from "../services/consumers";
import { operatorCommands } from "./repl/index";

const start = async (): Promise<void> => {
	const settings = { ...readSettings(), metricsPort: 0 };
	if (settings.amqpUrl === undefined)
		throw new InvalidSettingError("AMQP_URL must be set to join a cluster; for the embedded profile use: npm start -- --repl");
	const program: Program = await startProgram({
		settings,
		broker: () => new ServiceBroker({ ...brokerOptions(settings), replOptions: { customCommands: operatorCommands(() => program) } }),
		services: [],
		events: EVENTS,
		consumers: CONSUMERS,
	});
	program.broker.repl();
};

start().catch((cause: unknown) => {
	process.stderr.write(`tianguis: ${cause instanceof InvalidSettingError ? cause.message : ((cause as Error).stack ?? String(cause))}\n`);
	process.exit(1);
});
