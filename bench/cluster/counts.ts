/** Monotonic counters by name. */
export type Counts = Readonly<Record<string, number>>;

/** MongoDB commands that work on data. Internal commands of drivers and servers are left out. */
const DATA_COMMANDS = ["insert", "update", "delete", "bulkWrite", "findAndModify", "find", "getMore", "aggregate", "count", "distinct"];

export interface ServerStatus {
	readonly connections: { readonly current: number };
	readonly metrics: { readonly commands: Readonly<Record<string, { readonly total: unknown } | undefined>> };
}

export const commandsIn = ({ metrics }: Pick<ServerStatus, "metrics">): Counts =>
	Object.fromEntries(DATA_COMMANDS.map((name) => [name, Number(metrics.commands[name]?.total ?? 0)]));

/** @param text the reply to INFO commandstats @returns the number of calls of all commands except INFO itself */
export const redisCallsIn = (text: string): number =>
	[...text.matchAll(/^cmdstat_(\w+)[^:]*:calls=(\d+)/gm)]
		.filter(([, command]) => command !== "info")
		.reduce((sum, [, , calls]) => sum + Number(calls), 0);

/** Returns the increase of each count between two readings. */
export const difference = (before: Counts, after: Counts): Counts =>
	Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));

/** Counts per unit of work, without the counts of an idle cluster in the same time. */
export const perUnit = (busy: Counts, busyMs: number, idle: Counts, idleMs: number, units: number): Counts =>
	Object.fromEntries(Object.entries(busy).map(([name, count]) => [name, (count - ((idle[name] ?? 0) * busyMs) / idleMs) / units]));
