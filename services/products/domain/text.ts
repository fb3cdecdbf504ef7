const CONTROL = /[\u0000-\u001f\u007f]+/g;

/** Returns one trimmed line without control characters. */
export const normalizeText = (text: string): string => text.replace(CONTROL, " ").trim();

const CONTROL_BUT_SPACE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]+/g;

/** Like `tidy`, but keeps line breaks and tabs. */
export const tidyLines = (text: string): string => text.replace(CONTROL_BUT_SPACE, "").trim();

/** Normalizes a handle, so that different spellings identify the same product. */
export const tidyHandle = (handle: string): string => handle.normalize("NFC").toLowerCase();

const MAX_SLUG = 200;

/** Derives a handle from a title: "Jalapeño & Lime" becomes "jalapeno-lime". */
export const slugOf = (title: string): string => {
	const plain = tidyHandle(title.normalize("NFKD").replace(/[\u0300-\u036f]+/g, ""));
	const slug = Array.from(plain.replace(/[^\p{L}\p{M}\p{N}]+/gu, "-"))
		.slice(0, MAX_SLUG)
		.join("")
		.replace(/^[-\p{M}]+|-+$/gu, "");
	return slug === "" ? "product" : slug;
};

/** Handle for an attempt, counted from 0: the slug itself, then "slug-2", "slug-3". */
export const withSlugSuffix = (slug: string, attempt: number): string => (attempt === 0 ? slug : `${slug}-${attempt + 1}`);

const PLAIN = /^[\u0000-\u007f]*$/;
const LETTERS: Readonly<Record<string, string>> = { ß: "ss", ø: "o", ł: "l", đ: "d", æ: "ae", œ: "oe", ı: "i" };
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join("")}]`, "g");

/** Folds text for searches: lower case, without marks on letters. "jalapeno" therefore finds "Jalapeño". */
export const fold = (text: string): string => {
	const lower = text.toLowerCase();
	if (PLAIN.test(lower)) return lower;
	return lower
		.normalize("NFKD")
		.replace(/\p{M}+/gu, "")
		.replace(SPECIAL, (letter) => LETTERS[letter] ?? letter);
};
