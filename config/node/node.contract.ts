import { Type, type Static } from "@sinclair/typebox";
import { action } from "@kernel/contract";
import { Strict } from "@kernel/schemas";

/** How one node of the market is. */
export const NodeReport = Type.Object({
	nodeId: Type.String(),
	services: Type.Array(Type.String()),
	/** Of the program. */
	version: Type.String(),
	/** Of Node.js. */
	runtime: Type.String(),
	uptimeMs: Type.Integer(),
	memoryMb: Type.Integer({ description: "resident" }),
	/** Share of the event loop's time that was used, since the last report. */
	load: Type.Number({ minimum: 0, maximum: 1 }),
	/** Age of the oldest commit that this node knows to wait for its publication; 0 where none does. */
	unpublishedMs: Type.Integer(),
});
export type NodeReport = Static<typeof NodeReport>;

/** Each node has these, for operators: they are called on one node by its id. */
export const Node = {
	report: action("node.report", { params: Strict({}), returns: NodeReport, idempotent: true, timeoutMs: 2_000 }),
	/** Begins a graceful stop, as SIGTERM does: what the node has accepted is finished, and it takes no more. */
	drain: action("node.drain", { params: Strict({}), returns: Type.Object({}), idempotent: true, timeoutMs: 2_000 }),
};
