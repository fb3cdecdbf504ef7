/** Security headers of all responses: no content sniffing, no framing, no referrer. */
export const SECURITY: Readonly<Record<string, string>> = {
	"X-Content-Type-Options": "nosniff",
	"X-Frame-Options": "DENY",
	"Referrer-Policy": "no-referrer",
};

/** Content Security Policy of responses that no browser renders. */
export const NOTHING_ACTIVE = "default-src 'none'; frame-ancestors 'none'";

/** Content Security Policy of the documentation page: its own scripts and inline styles, nothing from other origins. */
export const OWN_PAGE =
	"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const PRIVATE = "no-store";
/** Any cache may store the response but must revalidate it before each use. */
export const REVALIDATED = "public, max-age=0, must-revalidate";
export const HOUR = "public, max-age=3600";

export const JSON_TYPE = "application/json; charset=utf-8";
export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";
