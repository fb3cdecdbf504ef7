/**
 * The catalogue state that a cacheable response was built from. Nodes also publish it in heartbeats.
 *
 * Times are milliseconds of the node's monotonic clock. They can be compared only with times of the same node.
 */
export interface CatalogueVersion {
	/** Identifies one start of one node. */
	readonly node: string;
	/** Incremented with every change that is visible in responses. */
	readonly generation: number;
	/** Every commit of any node before this time is included. */
	readonly freshAt: number;
	/** Time at which the node issued this version. */
	readonly saidAt: number;
}
