import type { CatalogueVersion } from "@kernel/catalogue-version";

/** Source of cached pages: one start of a node. */
export interface PageSource {
	/** Newest generation that the node reported. Pages of older generations are outdated. */
	generation: number;
	/** Time on the local clock until which pages of that generation are valid. */
	validUntil: number;
}

/** Tracks the nodes that pages come from. Times are in milliseconds of the local monotonic clock. */
export interface PageSources {
	/**
	 * Records the catalogue version of a reply.
	 * @param askedAt time at which the request was sent, or earlier
	 */
	recordAnswer(edition: CatalogueVersion, askedAt: number): PageSource;
	/** Records a heartbeat. Ignored for nodes that have not replied yet. */
	recordHeartbeat(edition: CatalogueVersion, now: number): void;
}

/** Validity after the time at which a node last verified its catalogue. Together with the grace period of the page cache, two seconds. */
export const PAGE_VALIDITY_MS = 1_750;
const FORGOTTEN_AFTER_MS = 60_000;
/** Assumed maximum drift of two monotonic clocks per millisecond: twice the maximum slew rate. */
const DRIFT = 0.001;

interface KnownNode {
	readonly source: PageSource;
	/** Lower bound of local minus remote clock: a reply is created after its request was sent. */
	offset: number;
	offsetAt: number;
}

/**
 * Heartbeats may be delayed in transit, so their time of arrival is not used. Their timestamp is converted to the local clock by the offset
 * that replies have established. The result is never later than the actual time.
 */
export const pageSources = (): PageSources => {
	const nodes = new Map<string, KnownNode>();

	const offsetOf = ({ offset, offsetAt }: KnownNode, now: number): number => offset - DRIFT * Math.max(0, now - offsetAt);
	const take = (of: KnownNode, { generation, freshAt }: CatalogueVersion, now: number): void => {
		const { source } = of;
		source.generation = Math.max(source.generation, generation);
		source.validUntil = Math.max(source.validUntil, freshAt + offsetOf(of, now) + PAGE_VALIDITY_MS);
	};
	const forgetSilent = (now: number): void => {
		for (const [node, { source }] of nodes) if (now - source.validUntil > FORGOTTEN_AFTER_MS) nodes.delete(node);
	};

	return {
		recordAnswer(edition, askedAt) {
			const offset = askedAt - edition.saidAt;
			let of = nodes.get(edition.node);
			if (!of) {
				forgetSilent(askedAt);
				of = { source: { generation: 0, validUntil: -Infinity }, offset, offsetAt: askedAt };
				nodes.set(edition.node, of);
			} else if (offset >= offsetOf(of, askedAt)) {
				of.offset = offset;
				of.offsetAt = askedAt;
			}
			take(of, edition, askedAt);
			return of.source;
		},
		recordHeartbeat(edition, now) {
			const of = nodes.get(edition.node);
			if (of) take(of, edition, now);
		},
	};
};
