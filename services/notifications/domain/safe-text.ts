/** Characters that change the text direction. In a name they could falsify the surrounding text. */
const DIRECTION_MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

const PLAIN = /^[\x20-\x7e]*$/;

/** Converts any text to one well-formed line, which cannot start a header or a paragraph. */
export const oneLine = (text: string): string =>
	PLAIN.test(text) ? text.trim() : text.toWellFormed().replace(DIRECTION_MARKS, "").replace(BREAKS, " ").trim();

/** Applies `oneLine` to every text of a value. @throws TypeError if a value is undefined, so that no incomplete mail is sent */
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
/** Text that mail programs convert to a link. */
const NO_NAME = /[/\\:@]|www|\.\p{L}/iu;

/**
 * The name for the greeting; null if it could be an advertisement. A person who registers the address of another chooses the name in the mail that the
 * other receives.
 */
export const greetingName = (name: string): string | null => {
	const line = oneLine(name);
	return line === "" || line.length > MAX_NAME_LENGTH || NO_NAME.test(line) ? null : line;
};

/** A normalized http or https URL; null for any other text. */
export const webLink = (link: string | null | undefined): string | null => {
	const url = URL.parse(link ?? "");
	return url && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
};
