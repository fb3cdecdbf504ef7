const CONTROL = /[\u0000-\u001f\u007f]+/g;

/** One line without control characters, and without space around it. */
export const tidy = (text: string): string => text.replace(CONTROL, " ").trim();

const MAX_SLUG = 200;

/** A handle made of a title: "Jalapeño & Lime" is "jalapeno-lime". */
export const slugOf = (title: string): string => {
	const plain = title
		.normalize("NFKD")
		.replace(/\p{M}+/gu, "")
		.toLowerCase();
	const slug = Array.from(plain.replace(/[^\p{L}\p{N}]+/gu, "-"))
		.slice(0, MAX_SLUG)
		.join("")
		.replace(/^-+|-+$/g, "");
	return slug === "" ? "product" : slug;
};

/** The nth handle to try: the slug itself, then "slug-2" and on. */
export const numbered = (slug: string, attempt: number): string => (attempt === 0 ? slug : `${slug}-${attempt + 1}`);
