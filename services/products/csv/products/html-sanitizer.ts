import sanitizeHtml from "sanitize-html";

/** Exported for its tests. */
export const OPTIONS: sanitizeHtml.IOptions = {
	allowedTags: [
		...["p", "br", "hr", "div", "span", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "figure", "figcaption"],
		...["strong", "b", "em", "i", "u", "s", "del", "ins", "small", "mark", "sub", "sup", "abbr", "cite", "q"],
		...["ul", "ol", "li", "dl", "dt", "dd"],
		...["table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"],
		...["a", "img"],
	],
	allowedAttributes: {
		a: ["href", "title"],
		img: ["src", "alt", "title", "width", "height"],
		th: ["colspan", "rowspan", "scope"],
		td: ["colspan", "rowspan"],
		col: ["span"],
		ol: ["start", "type"],
		abbr: ["title"],
		"*": ["lang", "dir"],
	},
	allowedSchemes: ["http", "https", "mailto", "tel"],
	allowedSchemesByTag: { img: ["http", "https"] },
	nonTextTags: [
		"script",
		"style",
		"textarea",
		"option",
		"noscript",
		"title",
		"iframe",
		"object",
		"svg",
		"math",
		"template",
		"xmp",
		"noembed",
		"noframes",
	],
	nestingLimit: 64,
};

/** Bounds the parser's run time, which grows with the square of the nesting depth; 1 MiB can hold 350,000 tags. */
const MAX_TAGS = 10_000;

const hasTooManyTags = (html: string): boolean => {
	let tags = 0;
	for (let at = html.indexOf("<"); at !== -1 && tags <= MAX_TAGS; at = html.indexOf("<", at + 1)) tags++;
	return tags > MAX_TAGS;
};

const TEXT = "[^<>&]*";
const element = (name: string, content: string): string => `<${name}>${content}</${name}>`;
const anyOf = (names: readonly string[], content: string): string => names.map((name) => element(name, content)).join("|");
const PHRASE = `${TEXT}(?:(?:${anyOf(["b", "strong", "em", "i", "u", "s", "small", "span", "sub", "sup"], TEXT)})${TEXT})*`;
const LIST = `\\s*(?:${element("li", PHRASE)}\\s*)*`;
const BLOCK = `${anyOf(["p", "h1", "h2", "h3", "h4", "h5", "h6", "div"], PHRASE)}|${anyOf(["ul", "ol"], LIST)}`;

/**
 * Fast path for most descriptions: paragraphs, headings and lists without attributes or character references. The parser would return them
 * unchanged.
 */
const PLAIN = new RegExp(`^${PHRASE}(?:(?:${BLOCK})${PHRASE})*$`);

/** Exported for its tests. @param html trimmed HTML */
export const isPlainMarkup = (html: string): boolean => PLAIN.test(html);

const asText = (html: string): string => html.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * Sanitizes HTML for pages of the shop. Formatting, lists, tables, links and images are kept. Scripts, styles, forms, frames, event handlers
 * and URLs of other schemes are removed. Text without tags and sanitized HTML are returned unchanged. HTML with more than 10,000 tags is
 * escaped and shown as text.
 */
export const cleanHtml = (html: string): string => {
	// without a "<" a browser treats it as text, whatever follows an "&"
	if (!html.includes("<")) return html;
	if (hasTooManyTags(html)) return asText(html);
	const trimmed = html.trim();
	if (isPlainMarkup(trimmed)) return trimmed;
	const clean = sanitizeHtml(trimmed, OPTIONS).trim();
	// the sanitizer closes open tags, which may exceed the limit
	return hasTooManyTags(clean) ? asText(html) : clean;
};
