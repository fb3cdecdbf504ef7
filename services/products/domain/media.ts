import type { FieldError } from "@kernel/errors";
import type { Medium } from "./model";
import type { Proposal } from "./proposal";
import { normalizeText } from "./text";

/** A browser takes "\" for "/", and none of these stands in an address unencoded. */
const SHOWABLE = /^(?:https?:\/)?\/[^\s"<>\\]*$/iu;

/** A page shows it: an address on the web ("//host/path" is one too), or a path of this server. Nothing that a browser would run. */
export const isAllowedImageUrl = (url: string): boolean => SHOWABLE.test(url) && URL.canParse(url, "https://shop.example");

export const errorsOfUrl = (url: string, path: string): FieldError[] =>
	isAllowedImageUrl(url) ? [] : [{ path, message: "must be an http(s) URL or a path starting with /" }];

/** In the order of their positions, numbered from 1; one without a position stands where it is in the list. */
export const arrangeMedia = (media: NonNullable<Proposal["media"]>): Medium[] =>
	media
		.map(({ url, alt = "", position }, index) => ({ url: url.trim(), alt: normalizeText(alt), place: position ?? index + 1 }))
		.sort((a, b) => a.place - b.place)
		.map(({ url, alt }, index) => ({ url, alt, position: index + 1 }));
