import pino, { type DestinationStream } from "pino";
import { currentScope } from "@mixins/observability/scope";
import type { LogLevel } from "../env";
import type { Log } from "../runtime";
import { bufferedOutput, type BufferedOutput } from "./buffered-output";
import { redactText, redactor } from "./redaction";
import { moleculerLogger } from "./moleculer";

export interface ProgramLog extends Log {
	/** Adds the node id to all following lines. */
	setNodeId(id: string): void;
	/** Factory that Moleculer's Pino logger creates its loggers with. */
	readonly createLogger: ReturnType<typeof moleculerLogger>;
}

let output: BufferedOutput | undefined;

/** The output shared by all logs of the process. It is flushed when the process exits. */
const standardOutput = (): BufferedOutput => {
	if (output) return output;
	const file = pino.destination({ fd: 1, sync: true });
	output = bufferedOutput((text) => file.write(text));
	process.on("exit", output.flush);
	return output;
};

/** Levels that are written immediately, so that the line survives a crash of the process. */
const FLUSHED: ReadonlySet<LogLevel> = new Set(["warn", "error", "fatal"]);

const scopeFields = (): object => {
	const scope = currentScope();
	if (!scope) return {};
	const { service, requestId, trace } = scope;
	return { service, ...(requestId !== undefined && { requestId }), ...(trace && { traceId: trace.traceId }) };
};

/**
 * Opens the structured log: JSON lines on standard output with time, level and node. Lines written within a scope also contain service, request and
 * trace. Lines below "warn" of one event loop turn are written together.
 *
 * @param personal names of fields that are redacted at any depth, in addition to secrets
 */
export const openLog = (
	level: LogLevel,
	personal: Iterable<string> = [],
	destination: DestinationStream & { flush?(): void } = standardOutput(),
): ProgramLog => {
	const redact = redactor(personal);
	let node: string | undefined;
	const logger = pino(
		{
			level,
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: { level: (label) => ({ level: label }) },
			serializers: { err: (error: unknown) => error }, // `redact` has already serialized it
		},
		destination,
	);
	const write = (type: LogLevel, fields: Readonly<Record<string, unknown>>, message: string): void => {
		if (!logger.isLevelEnabled(type)) return;
		logger[type]({ node, ...scopeFields(), ...(redact(fields) as object) }, redactText(message));
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

/** A log whose lines contain the service name, also outside a scope. */
export const serviceLog = (log: Log, service: () => string): Log => {
	const named =
		(write: Log["info"]) =>
		(message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
			write(message, { service: service(), ...fields });
		};
	return { debug: named(log.debug), info: named(log.info), warn: named(log.warn), error: named(log.error) };
};
