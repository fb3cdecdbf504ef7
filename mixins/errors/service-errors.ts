import { Errors } from "moleculer";
import { ERRORS, type ErrorCode, type FieldError } from "@kernel/errors";
import type { Rejection } from "@kernel/rejection";

/**
 * A rejection in the form that is sent between nodes. Only Moleculer's own classes survive serialization, so the code is sent as the error type
 * and the details for the client as its data.
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
