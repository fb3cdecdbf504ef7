import type { FieldError } from "@kernel/errors";
import type { Medium } from "./model";
import type { Proposal } from "./proposal";
import { normalizeText } from "./text";

/** Excludes characters that must be encoded in a URL, and "\", which browsers treat as "/". */
const SHOWABLE = /^(?:https?:\/)?\/[^\s"<>\\]*$/iu;

/** Whether a URL is safe in an image tag: an http(s) URL, "//host/path" or a path of this server, and no script scheme. */
export const isAllowedImageUrl = (url: string): boolean => SHOWABLE.test(url) && URL.canParse(url, "https://shop.example");

export const errorsOfUrl = (url: string, path: string): FieldError[] =>
	isAllowedImageUrl(url) ? [] : [{ path, message: "must be an http(s) URL or a path starting with /" }];

/** Sorts media by position and renumbers them from 1. The default position is the place in the list. */
export const arrangeMedia = (media: NonNullable<Proposal["media"]>): Medium[] =>
	media
		.map(({ url, alt = "", position }, index) => ({ url: url.trim(), alt: normalizeText(alt), place: position ?? index + 1 }))
		.sort((a, b) => a.place - b.place)
		.map(({ url, alt }, index) => ({ url, alt, position: index + 1 }));
