/** Helpers for URLs of engines. */

/** Returns the ports of all hosts: 1 and 2 for "mongodb://user@one:1,two:2/db?x=y". */
export const portsOf = (url: string): number[] => {
	const hosts = /^[a-z+]+:\/\/(?:[^@/]*@)?([^/?]*)/.exec(url)?.[1] ?? "";
	return hosts
		.split(",")
		.flatMap((host) => /:(\d+)$/.exec(host)?.[1] ?? [])
		.map(Number);
};

/** Replaces the database of a URL. */
export const withDatabase = (url: string, database: string): string => url.replace(/^([a-z+]+:\/\/[^/?]+)(\/[^?]*)?/, `$1/${database}`);
