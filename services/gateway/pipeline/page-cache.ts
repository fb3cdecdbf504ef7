import { LRUCache } from "lru-cache";
import type { Edition } from "@kernel/catalogue-version";
import { sources as makeSources, type Source } from "../domain/page-validity";
import { JSON_TYPE, NOTHING_ACTIVE, REVALIDATED, SECURITY } from "../http/headers";
import type { Serialized } from "../routing/reply";

/** A page of the catalogue as it is sent. The heads are flat lists, the last of which is the place of the request's id. */
export interface Page {
	readonly etag: string;
	readonly body: Buffer;
	readonly head: string[];
	readonly headOfSame: string[];
	/** Of what it was made, and which of its generations. */
	source: Source;
	generation: number;
	/** While one request looks whether it is still right, the others get it. */
	sparedUntil: number;
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
	keep(url: string, readIn: number, page: Serialized, askedAt: number): void;
	/** A node said what its pages are made of. */
	heard(edition: Edition, now: number): void;
	generation(): number;
	forget(): void;
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

type Standing = Pick<Page, "source" | "generation" | "sparedUntil">;

const made = ({ body, etag }: Serialized, standing: Standing): Page => {
	const common = { ...SECURITY, "Content-Security-Policy": NOTHING_ACTIVE, "Cache-Control": REVALIDATED, ETag: etag };
	return {
		etag,
		body,
		head: flat({ ...common, "Content-Type": JSON_TYPE, "Content-Length": String(body.length) }),
		headOfSame: flat(common),
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

	const sourceOf = ({ edition }: Serialized, askedAt: number): Source =>
		edition ? sources.answered(edition, askedAt) : { generation: 0, believedUntil: askedAt + FRESH_MS };

	return {
		find(url, now) {
			const page = pages.get(url);
			if (page === undefined) return undefined;
			const { source } = page;
			if (page.generation < source.generation) return undefined;
			if (now < source.believedUntil || now < page.sparedUntil) return page;
			page.sparedUntil = source.believedUntil + GRACE_MS; // long ago, where it is long that nobody was heard
			return undefined;
		},
		keep(url, readIn, page, askedAt) {
			const source = sourceOf(page, askedAt);
			const from = page.edition?.generation ?? 0;
			if (readIn !== generation || from < source.generation || url.length > MAX_URL) return;
			const standing = { source, generation: from, sparedUntil: askedAt + GRACE_MS };
			const known = pages.peek(url);
			if (known?.etag === page.etag) Object.assign(known, standing);
			else pages.set(url, made(page, standing));
		},
		heard: sources.heard,
		generation: () => generation,
		forget() {
			generation += 1;
			pages.clear();
		},
	};
};
