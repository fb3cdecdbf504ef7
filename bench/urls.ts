/** URLs of engines. */

/** "mongodb://user@one:1,two:2/db?x=y": 1 and 2. */
export const portsOf = (url: string): number[] => {
	const hosts = /^[a-z+]+:\/\/(?:[^@/]*@)?([^/?]*)/.exec(url)?.[1] ?? "";
	return hosts
		.split(",")
		.flatMap((host) => /:(\d+)$/.exec(host)?.[1] ?? [])
		.map(Number);
};

/** The same URL with another database. */
export const withDatabase = (url: string, database: string): string => url.replace(/^([a-z+]+:\/\/[^/?]+)(\/[^?]*)?/, `$1/${database}`);
