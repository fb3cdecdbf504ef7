import { Type, type Static } from "@sinclair/typebox";
import { action } from "@kernel/contract";
import { Strict } from "@kernel/schemas";

/** State of one node of the cluster. */
export const NodeReport = Type.Object({
	nodeId: Type.String(),
	services: Type.Array(Type.String()),
	/** Version of the program. */
	version: Type.String(),
	/** Version of Node.js. */
	runtime: Type.String(),
	uptimeMs: Type.Integer(),
	memoryMb: Type.Integer({ description: "resident memory" }),
	/** Event loop utilization since the last report. */
	load: Type.Number({ minimum: 0, maximum: 1 }),
	/** Age of the oldest unpublished commit known to this node in milliseconds; 0 if there is none. */
	unpublishedMs: Type.Integer(),
});
export type NodeReport = Static<typeof NodeReport>;

/** Operator actions of every node. They are called on one node, by its id. */
export const Node = {
	report: action("node.report", { params: Strict({}), returns: NodeReport, idempotent: true, timeoutMs: 2_000 }),
	/** Starts a graceful stop, like SIGTERM: the node completes accepted calls and accepts no more. */
	drain: action("node.drain", { params: Strict({}), returns: Type.Object({}), idempotent: true, timeoutMs: 2_000 }),
};
