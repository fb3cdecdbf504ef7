import { LRUCache } from "lru-cache";
import { JSON_TYPE, NOTHING_ACTIVE, REVALIDATED, SECURITY } from "./headers";
import type { Serialized } from "./reply";

/** A page of the catalogue as it is sent. The heads are flat lists, the last of which is the place of the request's id. */
export interface Page {
	readonly etag: string;
	readonly body: Buffer;
	readonly head: string[];
	readonly headOfSame: string[];
	/** Epoch ms. */
	checkedAt: number;
}

export interface PageCache {
	/** Of this very URL, if it was right a moment ago. */
	find(url: string, now: number): Page | undefined;
	/** What was read, unless the catalogue has changed since `generation`. */
	keep(url: string, generation: number, page: Serialized, now: number): void;
	generation(): number;
	forget(): void;
}

const MAX_BYTES = 67_108_864;
const MAX_PAGE_BYTES = 2_097_152;
const MAX_URL = 1_024;
const OVERHEAD_BYTES = 1_024;
/** Hints can be lost: a page is believed so long without one. */
const FRESH_MS = 2_000;
/** While one request looks whether an old page is still right, the others get it: they do not all ask at once. */
const GRACE_MS = 250;

const flat = (headers: Readonly<Record<string, string>>): string[] => [...Object.entries(headers).flat(), "X-Request-Id", ""];

const made = ({ body, etag }: Serialized, now: number): Page => {
	const common = { ...SECURITY, "Content-Security-Policy": NOTHING_ACTIVE, "Cache-Control": REVALIDATED, ETag: etag };
	return {
		etag,
		body,
		head: flat({ ...common, "Content-Type": JSON_TYPE, "Content-Length": String(body.length) }),
		headOfSame: flat(common),
		checkedAt: now,
	};
};

/** Pages of the catalogue that anybody may see, by their exact URL, ready to send. */
export const pageCache = (): PageCache => {
	const pages = new LRUCache<string, Page>({
		maxSize: MAX_BYTES,
		maxEntrySize: MAX_PAGE_BYTES,
		sizeCalculation: ({ body }, url) => body.length + url.length + OVERHEAD_BYTES,
	});
	let generation = 0;

	return {
		find(url, now) {
			const page = pages.get(url);
			if (page === undefined || now - page.checkedAt < FRESH_MS) return page;
			page.checkedAt = now - FRESH_MS + GRACE_MS;
			return undefined;
		},
		keep(url, readIn, page, now) {
			if (readIn !== generation || url.length > MAX_URL) return;
			const known = pages.peek(url);
			if (known?.etag === page.etag) known.checkedAt = now;
			else pages.set(url, made(page, now));
		},
		generation: () => generation,
		forget() {
			generation += 1;
			pages.clear();
		},
	};
};
