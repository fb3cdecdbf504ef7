import { ERRORS } from "@kernel/errors";
import type { ActionContract } from "@kernel/contract";

/** docs/errors.md: every error code with its status, its message and the routes that may return it. */
export const errorsPage = (actions: readonly ActionContract[]): string => {
	const byStatus = Object.entries(ERRORS).sort(([, a], [, b]) => a.status - b.status);
	const routesOf = (code: string): string =>
		actions
			.flatMap(({ rest, errors }) => (rest !== null && (errors as readonly string[]).includes(code) ? [`\`${rest}\``] : []))
			.sort()
			.join("<br>");
	return [
		"# Errors",
		"",
		"Generated from the catalogue in `kernel/errors.ts` and the contracts by `npm run docs:generate`; a test fails where they differ.",
		"",
		"Every error answer is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`, `code`, `requestId` and, where",
		"single fields are wrong, `errors: [{ path, message }]`. Branch on `code`: it is stable; the texts are for people and may change.",
		"Codes without routes can be returned by the gateway for any route, and so can `UNAVAILABLE`, always with `Retry-After`: a dependency did not respond in time,",
		"cannot be reached, or has too many pending commands. Whether the request was done is then not known: send it again under the same `Idempotency-Key`.",
		"",
		"| status | code | meaning | routes |",
		"|---|---|---|---|",
		...byStatus.map(([code, { status, title }]) => `| ${status} | \`${code}\` | ${title} | ${routesOf(code)} |`),
		"",
	].join("\n");
};
