import pino, { type DestinationStream } from "pino";
import { currentScope } from "@mixins/observability/scope";
import type { LogLevel } from "../env";
import type { Log } from "../runtime";
import { bufferedOutput, type BufferedOutput } from "./buffered-output";
import { redactText, redactor } from "./redaction";
import { moleculerLogger } from "./moleculer";

export interface ProgramLog extends Log {
	/** Stands in each line from now on. */
	setNodeId(id: string): void;
	/** What Moleculer's Pino logger makes its loggers with. */
	readonly createLogger: ReturnType<typeof moleculerLogger>;
}

let output: BufferedOutput | undefined;

/** One for all logs of the process, written to its end before the process ends. */
const standardOutput = (): BufferedOutput => {
	if (output) return output;
	const file = pino.destination({ fd: 1, sync: true });
	output = bufferedOutput((text) => file.write(text));
	process.on("exit", output.flush);
	return output;
};

/** So grave that the line is to be found whatever becomes of the process. */
const FLUSHED: ReadonlySet<LogLevel> = new Set(["warn", "error", "fatal"]);

const scopeFields = (): object => {
	const scope = currentScope();
	if (!scope) return {};
	const { service, requestId, trace } = scope;
	return { service, ...(requestId !== undefined && { requestId }), ...(trace && { traceId: trace.traceId }) };
};

/**
 * JSON lines on standard output, one for each thing that an operator may want to know. Each says when, how grave, which node, and, where code runs on
 * somebody's behalf, which service, request and trace. Lines below "warn" of one turn of the event loop are written together.
 *
 * @param personal names of fields that are never written, wherever they stand, beside those that are secrets
 */
export const openLog = (
	level: LogLevel,
	personal: Iterable<string> = [],
	destination: DestinationStream & { flush?(): void } = standardOutput(),
): ProgramLog => {
	const hide = redactor(personal);
	let node: string | undefined;
	const logger = pino(
		{
			level,
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: { level: (label) => ({ level: label }) },
			serializers: { err: (error: unknown) => error }, // `hide` has written it already
		},
		destination,
	);
	const write = (type: LogLevel, fields: Readonly<Record<string, unknown>>, message: string): void => {
		if (!logger.isLevelEnabled(type)) return;
		logger[type]({ node, ...scopeFields(), ...(hide(fields) as object) }, redactText(message));
		if (FLUSHED.has(type)) destination.flush?.();
	};
	const writing =
		(type: LogLevel) =>
		(message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
			write(type, fields, message);
		};
	return {
		debug: writing("debug"),
		info: writing("info"),
		warn: writing("warn"),
		error: writing("error"),
		setNodeId: (id) => (node = id),
		createLogger: moleculerLogger(write),
	};
};

/** The same log, in which each line names its service, also where it does something by itself. */
export const serviceLog = (log: Log, service: () => string): Log => {
	const named =
		(write: Log["info"]) =>
		(message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
			write(message, { service: service(), ...fields });
		};
	return { debug: named(log.debug), info: named(log.info), warn: named(log.warn), error: named(log.error) };
};
