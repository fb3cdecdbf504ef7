import type { BrokerOptions } from "moleculer";
import type { Program } from "@config/program";
import { checkoutCommands } from "./checkouts";
import { deadLetterCommands } from "./dead-letters";
import { clusterCommands } from "./cluster";
import { orderCommands } from "./orders";
import { stockCommands } from "./stock";

type CustomCommands = NonNullable<NonNullable<BrokerOptions["replOptions"]>["customCommands"]>;

/**
 * @param program the running program; the REPL starts after it
 * @returns the value of the broker's replOptions. An action receives its arguments as an object by name, unlike Moleculer's types declare.
 */
export const operatorCommands = (program: () => Program): CustomCommands =>
	[orderCommands, checkoutCommands, stockCommands, deadLetterCommands, clusterCommands].flatMap((commands) =>
		commands(program),
	) as unknown as CustomCommands;
