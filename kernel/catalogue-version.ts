/**
 * Of what an answer that may be kept was made, and how fresh that is; also what a node says of itself without being asked (a pulse).
 *
 * Times are of the node's own monotonic clock, in ms: they compare with each other and with nothing else.
 */
export interface CatalogueVersion {
	/** One start of one node. */
	readonly node: string;
	/** Raised with every change that an answer could show. */
	readonly generation: number;
	/** Whatever was committed anywhere before this moment is in it. */
	readonly freshAt: number;
	/** When this was said. */
	readonly saidAt: number;
}
