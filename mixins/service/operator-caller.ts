import type { Readable } from "node:stream";
import type { ServiceBroker } from "moleculer";
import type { Principal } from "@kernel/access";
import type { Caller } from "@kernel/contract";

const OPERATOR: Principal = { kind: "operator" };

/** Calls of somebody who sits at the machine itself: a command, the REPL. */
export const operatorCaller = (
	broker: ServiceBroker,
	{
		stream,
		nodeID,
	}: {
		/** Goes along as an upload does. */ readonly stream?: Readable;
		/** Of the one node that is asked. */ readonly nodeID?: string;
	} = {},
): Caller => ({
	call: (action, params) =>
		broker.call(action, params, { meta: { principal: OPERATOR }, ...(stream && { stream }), ...(nodeID !== undefined && { nodeID }) }),
});
