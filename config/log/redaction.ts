import { isUnavailableType } from "@mixins/errors/unavailability";

/** What opens something to whoever has it. */
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
	"to", // a mail's
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

/** What is personal or secret by its form, wherever it stands: in a library's message, in an address. */
const FORMS: readonly (readonly [RegExp, string])[] = [
	[/[^\s@<>"'(),:;=/\\]{1,64}(?:@|%40)(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,63}/g, REDACTED], // e-mail
	[/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, REDACTED], // JWT
	[/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
	[/(\b[a-z][a-z0-9+]*:\/\/)[^\s/@]+@/gi, `$1${REDACTED}@`], // what logs in to a server
	[/\btok_\w+/g, REDACTED], // a payment's token
	// The id of a guest's cart opens it. Its time, if it has one, and four digits more are shown: enough to tell carts apart.
	[/\b(cart_(?:[0-9a-f]{12}(?=[0-9a-f]{32}\b))?[\w-]{4})[\w-]+/g, "$1..."],
];

/** Without any of these no form is there: most texts are short and harmless. */
const TELLTALE = /[@%]|eyJ|bearer|basic|tok_|cart_/i;

export const redactText = (text: string): string => {
	const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text;
	return TELLTALE.test(shown) ? FORMS.reduce((clean, [form, instead]) => clean.replace(form, instead), shown) : shown;
};

/**
 * Class, code and place of an error; what else it carries is hidden like everything. Where somebody is out of reach, who that is is all that there is
 * to know: it is said many times while it lasts.
 */
const ofError = (error: Error, hide: (value: unknown, depth: number) => unknown, depth: number): object => {
	const { name, message, stack, cause, ...more } = error as Error & Record<string, unknown>;
	if (isUnavailableType(more["type"])) return { class: name, message: redactText(message), type: more["type"] };
	return {
		class: name,
		message: redactText(message),
		...(stack !== undefined && { stack: redactText(stack) }),
		...(cause !== undefined && { cause: hide(cause, depth + 1) }),
		...(hide({ ...more, ctx: undefined, endpoint: undefined }, depth + 1) as object),
	};
};

/** @param personal names of fields; case does not matter. @returns a copy of what is logged, without what is personal or secret */
export const redactor = (personal: Iterable<string>): ((value: unknown) => unknown) => {
	const names = new Set([...SECRETS, ...personal].map((name) => name.toLowerCase()));

	const hide = (value: unknown, depth: number): unknown => {
		if (typeof value === "string") return redactText(value);
		if (typeof value === "bigint" || typeof value === "symbol") return String(value);
		if (typeof value === "function") return undefined;
		if (typeof value !== "object" || value === null) return value;
		if (depth > MAX_DEPTH) return "[deep]";
		if (value instanceof Error) return ofError(value, hide, depth);
		if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
		if (value instanceof Date) return value.toISOString();
		if (value instanceof Map || value instanceof Set) return hide([...value], depth);
		if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => hide(item, depth + 1));
		return Object.fromEntries(
			Object.entries(value).map(([name, inner]) => [
				name,
				names.has(name.toLowerCase()) && inner !== null && inner !== undefined ? REDACTED : hide(inner, depth + 1),
			]),
		);
	};

	return (value) => hide(value, 0);
};
