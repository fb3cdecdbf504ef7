import sanitizeHtml from "sanitize-html";

const OPTIONS: sanitizeHtml.IOptions = {
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

/** Text that no browser reads as anything but text. */
const PLAIN = /^(?:[^<&]|&(?![a-z0-9#]))*$/i;

/**
 * What may stand in a page of the shop: formatting, lists, tables, links and pictures. Scripts, styles, forms, frames, event handlers and
 * addresses of other schemes go. Text without tags stays as it is, and so does what was cleaned before.
 */
export const cleanHtml = (html: string): string => (PLAIN.test(html) ? html : sanitizeHtml(html, OPTIONS).trim());
