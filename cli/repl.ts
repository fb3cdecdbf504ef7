/** `npm run repl`: joins a running cluster as an operator's node, which hosts no service, with Moleculer's REPL and our commands. */
import { ServiceBroker } from "moleculer";
import { BadSetting, readSettings } from "@config/env";
import { startProgram, type Program } from "@config/program";
import { brokerOptions } from "../moleculer.config";
import { EVENTS } from "../services";
import { CONSUMERS } from "../services/consumers";
import { operatorCommands } from "./repl/index";

const start = async (): Promise<void> => {
	const settings = { ...readSettings(), metricsPort: 0 };
	if (settings.amqpUrl === undefined)
		throw new BadSetting("AMQP_URL must be set to join a cluster; a shop in one process has its REPL by npm start -- --repl");
	const program: Program = await startProgram({
		settings,
		broker: () => new ServiceBroker({ ...brokerOptions(settings), replOptions: { customCommands: operatorCommands(() => program) } }),
		stalls: [],
		events: EVENTS,
		consumers: CONSUMERS,
	});
	program.broker.repl();
};

start().catch((cause: unknown) => {
	process.stderr.write(`tianguis: ${cause instanceof BadSetting ? cause.message : ((cause as Error).stack ?? String(cause))}\n`);
	process.exit(1);
});
