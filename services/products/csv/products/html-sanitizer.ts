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

/** The parser's time grows with the square of how deep tags lie in each other, and 1 MiB has room for 350,000. */
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

/** What most descriptions are: paragraphs, headings and lists without attributes or references, which the parser would give back as they are. */
const PLAIN = new RegExp(`^${PHRASE}(?:(?:${BLOCK})${PHRASE})*$`);

/** Exported for its tests. @param html without space around it */
export const isPlainMarkup = (html: string): boolean => PLAIN.test(html);

const asText = (html: string): string => html.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * What may stand in a page of the shop: formatting, lists, tables, links and pictures. Scripts, styles, forms, frames, event handlers and
 * addresses of other schemes go. Text without tags stays as it is, and so does what was cleaned before. With more than 10,000 tags it is no
 * description, and shown as text.
 */
export const cleanHtml = (html: string): string => {
	// without a "<" no browser reads it as anything but text, whatever stands behind an "&"
	if (!html.includes("<")) return html;
	if (hasTooManyTags(html)) return asText(html);
	const trimmed = html.trim();
	if (isPlainMarkup(trimmed)) return trimmed;
	const clean = sanitizeHtml(trimmed, OPTIONS).trim();
	// tags that were not closed are now
	return hasTooManyTags(clean) ? asText(html) : clean;
};
