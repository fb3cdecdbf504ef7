import type { LogLevel } from "../env";

type Write = (level: LogLevel, fields: Readonly<Record<string, unknown>>, message: string) => void;
type Arguments = readonly unknown[];

interface Bindings {
	readonly mod?: string;
	readonly svc?: string;
}

const LEVELS: readonly LogLevel[] = ["fatal", "error", "warn", "info", "debug", "trace"];

/** Moleculer warnings that operators can ignore: a stopping node completes its calls, and the Redis discoverer is experimental. Logged at debug. */
const IGNORABLE = /^Waiting for \d+ running context|is an EXPERIMENTAL module/;

const fieldsOf = ({ mod, svc }: Bindings, args: Arguments): Record<string, unknown> => {
	const objects = args.filter((arg) => typeof arg === "object" && arg !== null);
	const cause = objects.find((arg) => arg instanceof Error);
	const details = objects.filter((arg) => arg !== cause);
	return {
		...(svc !== undefined ? { service: svc } : mod !== undefined && { module: mod.toLowerCase() }),
		...(cause !== undefined && { err: cause }),
		...(details.length > 0 && { details }),
	};
};

/** Writes Moleculer's log lines to the program's log, in its format and with its redaction. */
export const moleculerLogger =
	(write: Write) =>
	(level: LogLevel, bindings: Bindings): Readonly<Record<LogLevel, (...args: Arguments) => void>> => {
		const shown = LEVELS.slice(0, LEVELS.indexOf(level) + 1);
		const make = (type: LogLevel) =>
			shown.includes(type)
				? (...args: Arguments): void => {
						const words = args.filter((arg) => typeof arg !== "object" || arg === null).map(String);
						const text = words.join(" ");
						write(IGNORABLE.test(text) ? "debug" : type, fieldsOf(bindings, args), text);
					}
				: (): void => undefined;
		return Object.fromEntries(LEVELS.map((type) => [type, make(type)])) as Record<LogLevel, (...args: Arguments) => void>;
	};
