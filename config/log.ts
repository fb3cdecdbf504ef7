import pino from "pino";
import type { LogLevel } from "./env";
import type { Log } from "./runtime";

/** Never written, wherever they stand: what is personal or secret. */
const HIDDEN = [
	"email",
	"to",
	"name",
	"address",
	"shippingAddress",
	"billingAddress",
	"phone",
	"password",
	"token",
	"accessToken",
	"refreshToken",
	"authorization",
];

const serialized = (fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
	Object.fromEntries(
		Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? pino.stdSerializers.err(value) : value]),
	);

/** JSON lines on standard output, one for each thing that an operator may want to know. */
export const openLog = (level: LogLevel): Log => {
	const logger = pino(
		{
			level,
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			redact: { paths: HIDDEN.flatMap((key) => [key, `*.${key}`]), censor: "[hidden]" },
		},
		pino.destination({ fd: 1, sync: true }),
	);
	return {
		debug: (message, fields) => {
			logger.debug(serialized(fields), message);
		},
		info: (message, fields) => {
			logger.info(serialized(fields), message);
		},
		warn: (message, fields) => {
			logger.warn(serialized(fields), message);
		},
		error: (message, fields) => {
			logger.error(serialized(fields), message);
		},
	};
};
