/** On everything that leaves: what is not said to be harmless is not to be sniffed, framed, or told where it was linked from. */
export const SECURITY: Readonly<Record<string, string>> = {
	"X-Content-Type-Options": "nosniff",
	"X-Frame-Options": "DENY",
	"Referrer-Policy": "no-referrer",
};

/** For answers that no browser has to render. */
export const NOTHING_ACTIVE = "default-src 'none'; frame-ancestors 'none'";

/** For the page of the API: its own scripts, and styles that these set; nothing from elsewhere. */
export const OWN_PAGE =
	"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const PRIVATE = "no-store";
/** Anybody may keep it, and asks each time whether it is still so. */
export const REVALIDATED = "public, max-age=0, must-revalidate";
export const HOUR = "public, max-age=3600";

export const JSON_TYPE = "application/json; charset=utf-8";
export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";
