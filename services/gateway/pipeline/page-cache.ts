import { LRUCache } from "lru-cache";
import type { CatalogueVersion } from "@kernel/catalogue-version";
import { pageSources as makeSources, type PageSource } from "../domain/page-validity";
import { JSON_TYPE, NOTHING_ACTIVE, REVALIDATED, SECURITY } from "../http/headers";
import type { Serialized } from "../routing/reply";

/** A catalogue page as it is sent. The heads are flat header lists whose last element is the request id. */
export interface Page {
	readonly etag: string;
	readonly body: Buffer;
	readonly head: string[];
	readonly notModifiedHead: string[];
	/** The node that built the page, and its catalogue generation at that time. */
	source: PageSource;
	generation: number;
	/** End of the grace period. While one request revalidates the page, others still receive it. */
	graceUntil: number;
}

/** Page cache. Times are in milliseconds of a monotonic clock. */
export interface PageCache {
	/** The page of exactly this URL, if it is valid. */
	find(url: string, now: number): Page | undefined;
	/**
	 * Stores a page, unless the cache was cleared since generation `readIn`.
	 *
	 * @param askedAt time at which the page was requested, or earlier
	 */
	store(url: string, readIn: number, page: Serialized, askedAt: number): void;
	/** Records the catalogue version that a node published. */
	recordHeartbeat(edition: CatalogueVersion, now: number): void;
	generation(): number;
	clear(): void;
}

const MAX_BYTES = 67_108_864;
const MAX_PAGE_BYTES = 2_097_152;
const MAX_URL = 1_024;
const OVERHEAD_BYTES = 1_024;
/** Lifetime in milliseconds of a page without a catalogue version. */
const FRESH_MS = 2_000;
/** Grace period in milliseconds. It limits concurrent revalidations, and their rate while no node confirms its version. */
const GRACE_MS = 250;

const flat = (headers: Readonly<Record<string, string>>): string[] => [...Object.entries(headers).flat(), "X-Request-Id", ""];

type Standing = Pick<Page, "source" | "generation" | "graceUntil">;

const made = ({ body, etag }: Serialized, standing: Standing): Page => {
	const common = { ...SECURITY, "Content-Security-Policy": NOTHING_ACTIVE, "Cache-Control": REVALIDATED, ETag: etag };
	return {
		etag,
		body,
		head: flat({ ...common, "Content-Type": JSON_TYPE, "Content-Length": String(body.length) }),
		notModifiedHead: flat(common),
		...standing,
	};
};

/**
 * Cache of anonymous catalogue pages by exact URL, ready to send. A page is valid while the node that built it reports the same, current
 * catalogue. No calls are made while nothing changes (docs/adr/0023).
 */
export const pageCache = (): PageCache => {
	const pages = new LRUCache<string, Page>({
		maxSize: MAX_BYTES,
		maxEntrySize: MAX_PAGE_BYTES,
		sizeCalculation: ({ body }, url) => body.length + url.length + OVERHEAD_BYTES,
	});
	const sources = makeSources();
	let generation = 0;

	const sourceOf = ({ edition }: Serialized, askedAt: number): PageSource =>
		edition ? sources.recordAnswer(edition, askedAt) : { generation: 0, validUntil: askedAt + FRESH_MS };

	return {
		find(url, now) {
			const page = pages.get(url);
			if (page === undefined) return undefined;
			const { source } = page;
			if (page.generation < source.generation) return undefined;
			if (now < source.validUntil || now < page.graceUntil) return page;
			page.graceUntil = source.validUntil + GRACE_MS; // in the past if the node has been silent for long
			return undefined;
		},
		store(url, readIn, page, askedAt) {
			const source = sourceOf(page, askedAt);
			const from = page.edition?.generation ?? 0;
			if (readIn !== generation || from < source.generation || url.length > MAX_URL) return;
			const standing = { source, generation: from, graceUntil: askedAt + GRACE_MS };
			const known = pages.peek(url);
			if (known?.etag === page.etag) Object.assign(known, standing);
			else pages.set(url, made(page, standing));
		},
		recordHeartbeat: sources.recordHeartbeat,
		generation: () => generation,
		clear() {
			generation += 1;
			pages.clear();
		},
	};
};
