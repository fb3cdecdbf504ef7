import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Facets, Serialized } from "../products.contract";
import { productView } from "../views";
import type { Entry } from "./entry";
import type { Page } from "./pagination";

/** Cache of products as JSON, rendered on first use. */
export interface Rendered {
	of(entry: Entry): Buffer;
	forget(entry: Entry): void;
}

const MAX_BYTES = 67_108_864;
const OVERHEAD_BYTES = 256;

export const rendered = (inStock: (sku: string) => boolean): Rendered => {
	const known = new LRUCache<Entry, Buffer>({ maxSize: MAX_BYTES, sizeCalculation: ({ length }) => length + OVERHEAD_BYTES });
	return {
		of(entry) {
			const found = known.get(entry);
			if (found) return found;
			const made = Buffer.from(JSON.stringify(productView(entry.product, entry.version, { inStock })));
			known.set(entry, made);
			return made;
		},
		forget: (entry) => void known.delete(entry),
	};
};

/** Adds an ETag derived from the body, so that equal bodies have equal ETags on every node. */
export const serialized = (body: Buffer): Serialized => ({ body, etag: `"${createHash("sha1").update(body).digest("base64url")}"` });

const START = Buffer.from('{"items":[');
const COMMA = Buffer.from(",");

/** Assembles a page from cached product JSON. */
export const serializePage = ({ entries, nextCursor, total }: Page, facets: Facets | undefined, { of }: Rendered): Serialized => {
	const items = entries.flatMap((entry, index) => (index === 0 ? [of(entry)] : [COMMA, of(entry)]));
	const rest = `],"nextCursor":${JSON.stringify(nextCursor)},"total":${total}${facets ? `,"facets":${JSON.stringify(facets)}` : ""}}`;
	return serialized(Buffer.concat([START, ...items, Buffer.from(rest)]));
};
