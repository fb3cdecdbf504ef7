import { LRUCache } from "lru-cache";
import type { CatalogueVersion } from "@kernel/catalogue-version";
import { pageSources as makeSources, type PageSource } from "../domain/page-validity";
import { JSON_TYPE, NOTHING_ACTIVE, REVALIDATED, SECURITY } from "../http/headers";
import type { Serialized } from "../routing/reply";

/** A page of the catalogue as it is sent. The heads are flat lists, the last of which is the place of the request's id. */
export interface Page {
	readonly etag: string;
	readonly body: Buffer;
	readonly head: string[];
	readonly notModifiedHead: string[];
	/** Of what it was made, and which of its generations. */
	source: PageSource;
	generation: number;
	/** While one request looks whether it is still right, the others get it. */
	graceUntil: number;
}

/** Times are of a monotonic clock, in ms. */
export interface PageCache {
	/** Of this very URL, if it is known to be right. */
	find(url: string, now: number): Page | undefined;
	/**
	 * What was read, unless the catalogue is said to have changed since `readIn`.
	 *
	 * @param askedAt when the question was sent, or earlier
	 */
	store(url: string, readIn: number, page: Serialized, askedAt: number): void;
	/** A node said what its pages are made of. */
	recordHeartbeat(edition: CatalogueVersion, now: number): void;
	generation(): number;
	clear(): void;
}

const MAX_BYTES = 67_108_864;
const MAX_PAGE_BYTES = 2_097_152;
const MAX_URL = 1_024;
const OVERHEAD_BYTES = 1_024;
/** For an answer that does not tell of what it was made. */
const FRESH_MS = 2_000;
/** They do not all ask at once; and not more often than this where no node can tell that it is up to date. */
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
 * Pages of the catalogue that anybody may see, by their exact URL, ready to send. One is believed as long as the node that made it tells that its
 * catalogue is the same and looked after: while nothing changes, nobody is asked (docs/adr/0023).
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
			page.graceUntil = source.validUntil + GRACE_MS; // long ago, where it is long that nobody was heard
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
