import { isUnavailableType } from "@mixins/errors/unavailability";

/** Names of fields that grant access or may contain personal data. */
const SECRETS = [
	"password",
	"token",
	"accessToken",
	"refreshToken",
	"orderToken",
	"authorization",
	"cookie",
	"set-cookie",
	"x-order-token",
	"secret",
	"jwtSecret",
	"otp",
	"signature",
	"test-signature",
	"to", // recipient of a mail
	"address",
	"shippingAddress",
	"billingAddress",
	"raw",
	"body",
];

export const REDACTED = "[redacted]";

const MAX_DEPTH = 6;
const MAX_ITEMS = 50;
const MAX_TEXT = 4_000;

/** Patterns of personal data and secrets within any text, such as a library's message or a URL. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
	[/[^\s@<>"'(),:;=/\\]{1,64}(?:@|%40)(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,63}/g, REDACTED], // e-mail
	[/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, REDACTED], // JWT
	[/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
	[/(\b[a-z][a-z0-9+]*:\/\/)[^\s/@]+@/gi, `$1${REDACTED}@`], // credentials in a URL
	[/\btok_\w+/g, REDACTED], // payment token
	// The id of a guest cart grants access to it. Its time, if any, and four more digits are shown, enough to distinguish carts.
	[/\b(cart_(?:[0-9a-f]{12}(?=[0-9a-f]{32}\b))?[\w-]{4})[\w-]+/g, "$1..."],
];

/** Quick test: a text without any of these matches no pattern. */
const CANDIDATE = /[@%]|eyJ|bearer|basic|tok_|cart_/i;

export const redactText = (text: string): string => {
	const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text;
	return CANDIDATE.test(shown) ? PATTERNS.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), shown) : shown;
};

/**
 * Serializes an error; its further properties are redacted like all fields. An unavailability error is logged many times during an outage, so only its
 * class, message and type are written.
 */
const serializeError = (error: Error, redact: (value: unknown, depth: number) => unknown, depth: number): object => {
	const { name, message, stack, cause, ...more } = error as Error & Record<string, unknown>;
	if (isUnavailableType(more["type"])) return { class: name, message: redactText(message), type: more["type"] };
	return {
		class: name,
		message: redactText(message),
		...(stack !== undefined && { stack: redactText(stack) }),
		...(cause !== undefined && { cause: redact(cause, depth + 1) }),
		...(redact({ ...more, ctx: undefined, endpoint: undefined }, depth + 1) as object),
	};
};

/**
 * Creates a function that copies a value without personal data and secrets.
 *
 * @param personal names of fields, case-insensitive
 */
export const redactor = (personal: Iterable<string>): ((value: unknown) => unknown) => {
	const names = new Set([...SECRETS, ...personal].map((name) => name.toLowerCase()));

	const redact = (value: unknown, depth: number): unknown => {
		if (typeof value === "string") return redactText(value);
		if (typeof value === "bigint" || typeof value === "symbol") return String(value);
		if (typeof value === "function") return undefined;
		if (typeof value !== "object" || value === null) return value;
		if (depth > MAX_DEPTH) return "[deep]";
		if (value instanceof Error) return serializeError(value, redact, depth);
		if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
		if (value instanceof Date) return value.toISOString();
		if (value instanceof Map || value instanceof Set) return redact([...value], depth);
		if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
		return Object.fromEntries(
			Object.entries(value).map(([name, inner]) => [
				name,
				names.has(name.toLowerCase()) && inner !== null && inner !== undefined ? REDACTED : redact(inner, depth + 1),
			]),
		);
	};

	return (value) => redact(value, 0);
};
