import type { ProductDraft } from "../product-draft";
import { LIMITS } from "../limits";
import type { RowReader } from "./row-reader";
import { parseImageUrl, parsePosition } from "./cell-values";

/** Collects the images of one product row by row. */
export interface ImageCollector {
	add(row: RowReader): void;
	/** Images ordered by position and renumbered from 1. An image without a position uses the order of its row. */
	media(): ProductDraft["media"];
}

interface Image {
	readonly url: string;
	alt: string;
	readonly position: number | null;
	readonly place: number;
}

/** Some files repeat the image on each variant row. The same image at two positions is intentional and not a repetition. */
const isRepeated = (image: Image, url: string, position: number | null): boolean =>
	image.url === url && (position === null || image.position === null || image.position === position);

export const imageCollector = (): ImageCollector => {
	const images: Image[] = [];
	return {
		add(row) {
			const url = row.value("imageUrl", parseImageUrl, "IMAGE_URL_INVALID", "");
			if (url === "") return;
			const alt = row.short("imageAlt", LIMITS.alt);
			const position = row.value<number | null>("imagePosition", parsePosition, "IMAGE_POSITION_INVALID", null);
			const known = images.find((image) => isRepeated(image, url, position));
			if (known) known.alt ||= alt;
			else if (images.length >= LIMITS.media) row.note("MEDIA_TOO_MANY", "imageUrl");
			else images.push({ url, alt, position, place: position ?? images.length + 1 });
		},
		media: () => images.sort((a, b) => a.place - b.place).map(({ url, alt }, index) => ({ url, alt, position: index + 1 })),
	};
};
