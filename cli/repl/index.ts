import type { BrokerOptions } from "moleculer";
import type { Program } from "@config/program";
import { checkoutCommands } from "./checkouts";
import { deadLetterCommands } from "./dead-letters";
import { clusterCommands } from "./cluster";
import { orderCommands } from "./orders";
import { stockCommands } from "./stock";

type CustomCommands = NonNullable<NonNullable<BrokerOptions["replOptions"]>["customCommands"]>;

/**
 * @param program the running one; the REPL begins after it
 * @returns what the broker's replOptions take: Moleculer's types say that an action gets words, what it gets is an object of them by name
 */
export const operatorCommands = (program: () => Program): CustomCommands =>
	[orderCommands, checkoutCommands, stockCommands, deadLetterCommands, clusterCommands].flatMap((commands) =>
		commands(program),
	) as unknown as CustomCommands;
