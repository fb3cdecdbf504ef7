import { Errors } from "moleculer";
import { ERRORS, type ErrorCode, type FieldError } from "@kernel/errors";
import type { Rejection } from "@kernel/rejection";

/**
 * A refusal as it crosses the wire. Moleculer's own classes only: a subclass does not survive it, so the code travels as the error's type
 * and what the client may know as its data.
 */
export const serviceError = (code: ErrorCode, detail: Readonly<Record<string, unknown>> = {}): Errors.MoleculerError => {
	const { status, title } = ERRORS[code];
	if (code === "UNAVAILABLE") return new Errors.MoleculerRetryableError(title, status, code, detail);
	return status < 500
		? new Errors.MoleculerClientError(title, status, code, detail)
		: new Errors.MoleculerError(title, status, code, detail);
};

export const rejectionError = ({ rejected, detail }: Rejection): Errors.MoleculerError => serviceError(rejected as ErrorCode, detail);

export const validationError = (errors: readonly FieldError[]): Errors.MoleculerError => serviceError("VALIDATION_FAILED", { errors });
