import { ERRORS, isErrorCode, type ErrorCode, type FieldError } from "@kernel/errors";
import { isUnavailableType } from "@mixins/errors/unavailability";
import type { HttpResponse } from "./response";
import { PROBLEM_TYPE } from "./headers";

const RETRY_AFTER_SECONDS = 1;
const MAX_ERRORS = 100;

const isField = (error: unknown): error is FieldError =>
	typeof error === "object" &&
	error !== null &&
	typeof (error as FieldError).path === "string" &&
	typeof (error as FieldError).message === "string";

const plain = (error: FieldError): FieldError => ({
	...Object.fromEntries(Object.entries(error).filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))),
	path: error.path,
	message: error.message,
});

const fieldErrors = (data: unknown): readonly FieldError[] => {
	const { errors } = (data ?? {}) as { errors?: unknown };
	return Array.isArray(errors) ? errors.filter(isField).slice(0, MAX_ERRORS).map(plain) : [];
};

const retryAfter = (code: ErrorCode, data: unknown): Record<string, string> => {
	const { retryAfterSeconds } = (data ?? {}) as { retryAfterSeconds?: unknown };
	const { status } = ERRORS[code];
	if (typeof retryAfterSeconds === "number" && retryAfterSeconds >= 0) return { "Retry-After": String(Math.ceil(retryAfterSeconds)) };
	return status === 429 || status === 503 ? { "Retry-After": String(RETRY_AFTER_SECONDS) } : {};
};

const sentence = (code: ErrorCode, errors: readonly FieldError[]): string => {
	const [first] = errors;
	if (!first) return ERRORS[code].title;
	const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
	return `${first.path === "" ? "" : `${first.path}: `}${first.message}${more}`;
};

/** An RFC 9457 problem document for an error code. Of `data`, only `errors` and `retryAfterSeconds` are shown to the client. */
export const problem = (
	code: ErrorCode,
	requestId: string,
	data?: unknown,
	headers: Readonly<Record<string, string>> = {},
): HttpResponse => {
	const errors = fieldErrors(data);
	const { status, title } = ERRORS[code];
	const body = {
		type: `urn:tianguis:problem:${code}`,
		title,
		status,
		detail: sentence(code, errors),
		code,
		requestId,
		...(errors.length > 0 && { errors }),
	};
	return {
		status,
		code,
		body: JSON.stringify(body),
		headers: {
			"Content-Type": PROBLEM_TYPE,
			...retryAfter(code, data),
			...(code === "UNAUTHENTICATED" && { "WWW-Authenticate": "Bearer" }),
			...headers,
		},
	};
};

/** The error code of a thrown value. Unknown errors become INTERNAL, and their details are not sent to the client. */
export const codeOf = (cause: unknown): ErrorCode => {
	const { type } = (cause ?? {}) as { type?: unknown };
	if (isUnavailableType(type)) return "UNAVAILABLE";
	if (type === "ERR_UNABLE_DECODE_PARAM") return "VALIDATION_FAILED";
	return isErrorCode(type) ? type : "INTERNAL";
};

export const problemOf = (cause: unknown, requestId: string): HttpResponse => {
	const code = codeOf(cause);
	return problem(code, requestId, code === "INTERNAL" ? undefined : (cause as { data?: unknown }).data);
};
