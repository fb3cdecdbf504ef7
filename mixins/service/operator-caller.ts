import type { Readable } from "node:stream";
import type { ServiceBroker } from "moleculer";
import type { Principal } from "@kernel/access";
import type { Caller } from "@kernel/contract";

const OPERATOR: Principal = { kind: "operator" };

/** Makes calls as an operator with access to the machine: a command or the REPL. */
export const operatorCaller = (
	broker: ServiceBroker,
	{
		stream,
		nodeID,
	}: {
		/** Passed on like an upload. */ readonly stream?: Readable;
		/** Node that receives the call. */ readonly nodeID?: string;
	} = {},
): Caller => ({
	call: (action, params) =>
		broker.call(action, params, { meta: { principal: OPERATOR }, ...(stream && { stream }), ...(nodeID !== undefined && { nodeID }) }),
});
