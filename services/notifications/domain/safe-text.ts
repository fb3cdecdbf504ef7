/** What turns the direction of reading about: a name that holds it makes the text around it lie. */
const DIRECTION_MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

const PLAIN = /^[\x20-\x7e]*$/;

/** One line of well-formed text, whatever came in: it can begin no header and no paragraph of its own. */
export const oneLine = (text: string): string =>
	PLAIN.test(text) ? text.trim() : text.toWellFormed().replace(DIRECTION_MARKS, "").replace(BREAKS, " ").trim();

/** Every text in it as one line. @throws where a value is undefined, so that no mail goes out with a hole */
export const oneLined = <T>(value: T): T => {
	if (typeof value === "string") return oneLine(value) as T;
	if (value === undefined) throw new TypeError("a value is missing");
	if (Array.isArray(value)) return value.map(oneLined) as T;
	if (typeof value !== "object" || value === null) return value;
	const lines: Record<string, unknown> = {};
	for (const [key, inner] of Object.entries(value)) lines[key] = oneLined(inner);
	return lines as T;
};

const MAX_NAME_LENGTH = 60;
/** What mail programs make a link of, or what is long enough to be a message. */
const NO_NAME = /[/\\:@]|www|\.\p{L}/iu;

/**
 * The name to greet somebody by; null where it might be an advertisement. Whoever registers a stranger's address chooses the name in the
 * mail that the stranger gets.
 */
export const greetingName = (name: string): string | null => {
	const line = oneLine(name);
	return line === "" || line.length > MAX_NAME_LENGTH || NO_NAME.test(line) ? null : line;
};

/** The address of a link; null where it does not lead to a web page. */
export const webLink = (link: string | null | undefined): string | null => {
	const url = URL.parse(link ?? "");
	return url && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
};
