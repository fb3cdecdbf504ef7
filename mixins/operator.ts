import type { Readable } from "node:stream";
import type { ServiceBroker } from "moleculer";
import type { Principal } from "@kernel/access";
import type { Caller } from "@kernel/contract";

const OPERATOR: Principal = { kind: "operator" };

/** Calls of somebody who sits at the machine itself: a command, the REPL. A stream goes with them as an upload does. */
export const operator = (broker: ServiceBroker, stream?: Readable): Caller => ({
	call: (action, params) => broker.call(action, params, { meta: { principal: OPERATOR }, ...(stream && { stream }) }),
});
