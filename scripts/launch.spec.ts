import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A server as the launcher sees one: says who it is, why it is asked to stop, and takes a moment for it. */
const SERVER = `
import { onLauncherGone } from ${JSON.stringify(pathToFileURL(join(__dirname, "..", "config", "launcher.ts")).href)};
const stop = (why) => {
	console.log("asked", why);
	setTimeout(() => process.exit(7), 100);
};
if (process.argv[2] === "exit") process.exit(Number(process.argv[3]));
onLauncherGone(Number(process.env.TIANGUIS_LAUNCHER_FD), () => stop("pipe"));
process.on("SIGTERM", () => stop("SIGTERM"));
setInterval(() => undefined, 1_000);
console.log("up");
`;

const folder = mkdtempSync(join(tmpdir(), "launch-"));
const server = join(folder, "server.mjs");
const launcher = join(folder, "launcher.mjs");
const npm = join(folder, "npm.mjs");

beforeAll(() => {
	writeFileSync(server, SERVER);
	writeFileSync(
		launcher,
		`import { launchServer } from ${JSON.stringify(pathToFileURL(join(__dirname, "launch.mjs")).href)};
		process.exitCode = await launchServer(process.execPath, ${JSON.stringify(server)}, process.argv.slice(2));`,
	);
	// npm runs a script in a shell of its own. The shell outlives npm when npm is killed.
	writeFileSync(
		npm,
		`import { spawn } from "node:child_process";
		process.env.npm_lifecycle_event = "start";
		spawn("sh", ["-c", "node=$0; $node $1; exit $?", process.execPath, ${JSON.stringify(launcher)}], { stdio: "inherit" });`,
	);
});
afterAll(() => {
	rmSync(folder, { recursive: true });
});

interface Run {
	readonly process: ChildProcess;
	/** All that was printed, once nobody is left who could print: neither launcher nor server. */
	readonly output: Promise<string>;
	readonly exitCode: Promise<number | null>;
}

const launch = async (script: string, ...args: string[]): Promise<Run> => {
	const env = { ...process.env, NODE_OPTIONS: "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON" };
	const child = spawn(process.execPath, [script, ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
	let text = "";
	const exitCode = new Promise<number | null>((resolve) => child.once("exit", resolve));
	const output = new Promise<string>((resolve) => child.stdout.once("close", () => resolve(text)));
	await new Promise<void>((resolve) => {
		child.stdout.on("data", (chunk: Buffer) => {
			text += chunk.toString();
			if (text.includes("\n")) resolve();
		});
		child.stdout.once("close", resolve);
	});
	return { process: child, output, exitCode };
};

const asked = (output: string): readonly string[] => output.split("\n").filter((line) => line.startsWith("asked"));

describe("the launcher of a server", () => {
	test("ends with the server's exit code", async () => {
		const { exitCode } = await launch(launcher, "exit", "42");
		expect(await exitCode).toBe(42);
	});

	test("asks the server once to stop however often one signal comes, and waits for it", async () => {
		const { process: launched, output, exitCode } = await launch(launcher);
		launched.kill("SIGTERM");
		launched.kill("SIGINT");
		expect(await exitCode).toBe(7);
		expect(asked(await output)).toEqual(["asked pipe"]);
	});

	test("stops the server when it is killed itself", async () => {
		const { process: launched, output } = await launch(launcher);
		launched.kill("SIGKILL");
		expect(asked(await output)).toEqual(["asked pipe"]);
	});

	test("stops the server when the npm that started it is killed", async () => {
		const { process: launched, output } = await launch(npm);
		launched.kill("SIGKILL");
		expect(asked(await output)).toEqual(["asked pipe"]);
	});
});
