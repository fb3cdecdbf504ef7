import type { CatalogueVersion } from "@kernel/catalogue-version";

/** Where kept pages come from: one start of a node. */
export interface PageSource {
	/** The newest that it was heard to have: a page of an older one is out of date. */
	generation: number;
	/** On our clock. Pages of that generation are believed so long. */
	validUntil: number;
}

/** All that is heard of the nodes that pages come from. Times are of our own monotonic clock, in ms. */
export interface PageSources {
	/** What an answer tells of itself. @param askedAt when its question was sent, or earlier */
	recordAnswer(edition: CatalogueVersion, askedAt: number): PageSource;
	/** What a node says without being asked; of one that has never answered, nothing is kept. */
	recordHeartbeat(edition: CatalogueVersion, now: number): void;
}

/** After the moment up to which a node has looked. With the grace of the page cache, two seconds. */
export const PAGE_VALIDITY_MS = 1_750;
const FORGOTTEN_AFTER_MS = 60_000;
/** How far two monotonic clocks may run apart in one ms: twice what they are ever slewed by. */
const DRIFT = 0.001;

interface Heard {
	readonly source: PageSource;
	/** Ours less theirs, at least: an answer is made after its question was sent. */
	offset: number;
	offsetAt: number;
}

/**
 * A pulse may have waited somewhere, so it is not believed from when it came: its time is read on our clock, by what answers have told of how the
 * two clocks stand to each other. What is so read is never later than the truth.
 */
export const pageSources = (): PageSources => {
	const nodes = new Map<string, Heard>();

	const offsetOf = ({ offset, offsetAt }: Heard, now: number): number => offset - DRIFT * Math.max(0, now - offsetAt);
	const take = (of: Heard, { generation, freshAt }: CatalogueVersion, now: number): void => {
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
