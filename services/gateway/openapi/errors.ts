import { ERRORS, type ErrorCode } from "@kernel/errors";
import type { Route } from "../routing/routes";

export const PROBLEM_SCHEMA = {
	type: "object",
	description: "Problem details (RFC 9457)",
	required: ["type", "title", "status", "detail", "code", "requestId"],
	properties: {
		type: { type: "string", format: "uri" },
		title: { type: "string" },
		status: { type: "integer" },
		detail: { type: "string" },
		code: { type: "string", enum: Object.keys(ERRORS), description: "Stable error code for programs" },
		requestId: { type: "string" },
		errors: {
			type: "array",
			items: {
				type: "object",
				required: ["path", "message"],
				properties: { path: { type: "string", description: "JSON Pointer" }, message: { type: "string" } },
			},
		},
	},
};

const FIELDS: Readonly<Partial<Record<ErrorCode, readonly object[]>>> = {
	VALIDATION_FAILED: [{ path: "/quantity", message: "Expected integer to be greater or equal to 1" }],
	OUT_OF_STOCK: [{ path: "/lines/0/quantity", message: "only 2 available", sku: "MUG-1", available: 2 }],
	CART_INCOMPLETE: [{ path: "/shippingAddress", message: "is required" }],
};

const example = (code: ErrorCode) => {
	const { status, title } = ERRORS[code];
	const errors = FIELDS[code];
	const value = {
		type: `urn:tianguis:problem:${code}`,
		title,
		status,
		detail: title,
		code,
		requestId: "req_4f1c",
		...(errors && { errors }),
	};
	return { summary: title, value };
};

export const EXAMPLES = Object.fromEntries((Object.keys(ERRORS) as ErrorCode[]).map((code) => [code, example(code)]));

/** Error codes of a route: those of its contract and those of the gateway. */
export const codesOf = ({ contract, takesBody, takesIfMatch }: Route): readonly ErrorCode[] => {
	const { errors, permission, http } = contract;
	const edge: ErrorCode[] = ["VALIDATION_FAILED", "UNAUTHENTICATED", "RATE_LIMITED", "INTERNAL", "UNAVAILABLE"];
	if (permission !== "public" && permission !== "customer") edge.push("FORBIDDEN");
	if (takesBody) edge.push("BODY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "REQUEST_TOO_SLOW");
	if (takesBody && http.body !== "text/csv") edge.push("INVALID_JSON");
	if (takesIfMatch) edge.push("PRECONDITION_FAILED");
	if (http.idempotencyKey) edge.push("IDEMPOTENCY_KEY_REUSED", "IDEMPOTENCY_IN_PROGRESS");
	const order = Object.keys(ERRORS);
	return [...new Set([...errors, ...edge])].sort((a, b) => order.indexOf(a) - order.indexOf(b));
};

/** One response per status, with an example for each code. */
export const errorResponses = (codes: readonly ErrorCode[]): Readonly<Record<string, object>> => {
	const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
	return Object.fromEntries(
		[...byStatus].map(([status, group]) => [
			String(status),
			{
				description: group.join(", "),
				headers: {
					"X-Request-Id": { $ref: "#/components/headers/RequestId" },
					...((status === 429 || status === 503) && { "Retry-After": { $ref: "#/components/headers/RetryAfter" } }),
				},
				content: {
					"application/problem+json": {
						schema: { $ref: "#/components/schemas/Problem" },
						examples: Object.fromEntries(group.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
					},
				},
			},
		]),
	);
};
