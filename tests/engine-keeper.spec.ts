import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith } from "./support/engines";
import { eventually } from "./support/world";

const SCRIPT = join(__dirname, "..", "scripts", "engines.mjs");

interface Keeper {
	readonly child: ChildProcess;
	readonly exitCode: Promise<number | null>;
	/** The keeper's report of its engines; undefined if it ended without output. */
	readonly held: Promise<{ readonly urls: Readonly<Record<string, string>>; readonly problems: readonly string[] } | undefined>;
}

const folders: string[] = [];
const keepers: Keeper[] = [];

const freshFolder = (): string => {
	const folder = mkdtempSync(join(tmpdir(), "tianguis-engines-"));
	folders.push(folder);
	return join(folder, "engines");
};

/** Starts Redis only. The other engines are declared as running. */
const keep = (folder: string, more: Readonly<Record<string, string>> = {}): Keeper => {
	const others = { TEST_REDIS_URL: "", TEST_AMQP_URL: "amqp://elsewhere", TEST_MONGO_URL: "mongodb://elsewhere" };
	const child = spawn(process.execPath, [SCRIPT, "hold"], {
		env: { ...process.env, ...others, ENGINES_DIR: folder, ENGINES_PORT: "", ...more },
		stdio: ["pipe", "pipe", "ignore"],
	});
	let text = "";
	const held = new Promise<string>((resolve) => {
		child.stdout.on("data", (chunk: Buffer) => {
			text += chunk.toString();
			if (text.includes("\n")) resolve(text);
		});
		child.stdout.once("close", () => resolve(text));
	}).then((line) => (line === "" ? undefined : (JSON.parse(line) as Awaited<Keeper["held"]>)));
	const made = { child, held, exitCode: new Promise<number | null>((resolve) => child.once("exit", resolve)) };
	keepers.push(made);
	return made;
};

const redisOf = async ({ held }: Keeper): Promise<string> => (await held)!.urls["REDIS_URL"]!;

const listens = (url: string): Promise<boolean> =>
	new Promise((resolve) => {
		const socket = connect(Number(new URL(url).port), "127.0.0.1");
		socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
		socket.once("connect", () => socket.destroy());
	});

const isGone = async (url: string, folder: string): Promise<boolean> => !(await listens(url)) && !existsSync(folder);

describeWith("redis", "a keeper of engines", () => {
	afterEach(async () => {
		for (const { child, exitCode } of keepers.splice(0)) {
			child.stdin!.end();
			await exitCode;
		}
		for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
	});

	test("holds them until its standard input ends, as it does when whoever asked is killed; nothing is left", async () => {
		const folder = freshFolder();
		const keeper = keep(folder);
		const url = await redisOf(keeper);
		expect(await listens(url)).toBe(true);
		keeper.child.stdin!.end();
		expect(await keeper.exitCode).toBe(0);
		expect(await isGone(url, folder)).toBe(true);
	});

	test("that is asked to stop takes them down first", async () => {
		const folder = freshFolder();
		const keeper = keep(folder);
		const url = await redisOf(keeper);
		keeper.child.kill("SIGTERM");
		expect(await keeper.exitCode).toBe(0);
		expect(await isGone(url, folder)).toBe(true);
	});

	test("has ports of its own beside those of another checkout, started at the same time", async () => {
		const urls = await Promise.all([freshFolder(), freshFolder()].map((folder) => redisOf(keep(folder))));
		expect(new Set(urls).size).toBe(2);
		for (const url of urls) expect(await listens(url)).toBe(true);
	});

	test("that is killed leaves what the next one takes down", async () => {
		const folder = freshFolder();
		const killed = keep(folder);
		const url = await redisOf(killed);
		killed.child.kill("SIGKILL");
		await killed.exitCode;
		expect(await listens(url)).toBe(true);
		const next = keep(folder);
		await next.held;
		expect(readdirSync(folder)).toEqual([`run-${next.child.pid}`]);
		next.child.stdin!.end();
		await next.exitCode;
		await eventually(() => isGone(url, folder), "all is gone");
	});

	test("leaves a port alone that is taken", async () => {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
		const { port } = server.address() as AddressInfo;
		const keeper = keep(freshFolder(), { ENGINES_PORT: String(port) });
		expect(await keeper.held).toBeUndefined();
		expect(await keeper.exitCode).toBe(1);
		server.close();
	});
});
