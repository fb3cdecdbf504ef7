import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mongoose from "mongoose";
import { freePort } from "@config/ports";
import { describeWith, engines, withDatabase } from "./engines";

export interface Mongo {
	/** URL of this database on the server. */
	url(database: string): string;
	drop(database: string): Promise<void>;
	/** Makes the next commands of these names fail. Works only if the tests started the server. */
	fail(commands: readonly string[], times: number, how: Readonly<Record<string, unknown>>): Promise<void>;
	/** Undefined if the tests did not start the server. */
	readonly process: ChildProcess | undefined;
	stop(): Promise<void>;
}

/** An empty variable counts as unset. */
const variable = (name: string): string | undefined => (process.env[name] === "" ? undefined : process.env[name]);

/** Path of a mongod. `npm test` has searched for it and sets MONGOD_BINARY. */
const findBinary = (): string | undefined =>
	variable("MONGOD_BINARY") ??
	(execFileSync(process.execPath, [join(__dirname, "..", "..", "scripts", "engines.mjs"), "mongod"], { encoding: "utf8" }).trim() ||
		undefined);

let found: { readonly binary: string | undefined } | undefined;
export const binary = (): string | undefined => (found ??= { binary: findBinary() }).binary;

/** The available MongoDB: a mongod that the tests start and may kill, or else a running server. Undefined if there is none. */
export const mongoSource = (): "server" | "binary" | undefined => (binary() ? "binary" : engines().mongoUrl ? "server" : undefined);

/** Runs `describe` if either kind of MongoDB is available; otherwise acts like `describeWith`. */
export const describeMongo = (name: string, tests: () => void): void => {
	if (mongoSource() === "binary") describe(name, tests);
	else describeWith("mongodb", name, tests);
};

const DEADLINE_MS = 20_000;

export const waitFor = async (come: () => Promise<boolean>, what: string): Promise<void> => {
	const deadline = performance.now() + DEADLINE_MS;
	for (;;) {
		if (await come().catch(() => false)) return;
		if (performance.now() > deadline) throw new Error(`${what} did not come true within ${DEADLINE_MS} ms`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
};

export const onDatabase = async <T>(url: string, run: (db: mongoose.mongo.Db) => Promise<T>): Promise<T> => {
	const client = await mongoose.mongo.MongoClient.connect(url, { serverSelectionTimeoutMS: 2_000 });
	return run(client.db()).finally(() => client.close());
};

/** Starts a replica set of one member in a temporary folder, on a free port. It ends with this process. */
const startServer = async (program: string): Promise<{ url: string; child: ChildProcess; stop(): Promise<void> }> => {
	const folder = mkdtempSync(join(tmpdir(), "tianguis-mongo-"));
	const port = await freePort();
	const child = spawn(
		program,
		[
			...["--dbpath", folder, "--port", String(port), "--bind_ip", "127.0.0.1", "--replSet", "tests", "--nounixsocket", "--quiet"],
			...[
				"--wiredTigerCacheSizeGB",
				"0.25",
				"--setParameter",
				"enableTestCommands=1",
				"--setParameter",
				"diagnosticDataCollectionEnabled=false",
			],
		],
		{ stdio: "ignore" },
	);
	const kill = () => void child.kill("SIGKILL");
	process.on("exit", kill);
	const gone = new Promise((resolve) => child.once("exit", resolve));
	const url = `mongodb://127.0.0.1:${port}/?directConnection=true`;
	const admin = withDatabase(url, "admin");
	const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
	await waitFor(
		() =>
			onDatabase(admin, (db) => db.command({ replSetInitiate: { _id: "tests", members } })).then(
				() => true,
				(cause: unknown) => (cause as { codeName?: string }).codeName === "AlreadyInitialized",
			),
		"a replica set",
	);
	await waitFor(() => onDatabase(admin, async (db) => (await db.command({ hello: 1 }))["isWritablePrimary"] === true), "a primary");
	return {
		url,
		child,
		async stop() {
			kill();
			await gone;
			process.off("exit", kill);
			rmSync(folder, { recursive: true, force: true });
		},
	};
};

/** @throws if there is no MongoDB; check `mongoSource` first */
export const startMongo = async (): Promise<Mongo> => {
	const program = binary();
	const started = program ? await startServer(program) : undefined;
	const url = started?.url ?? engines().mongoUrl!;
	return {
		url: (database) => withDatabase(url, database),
		drop: (database) => onDatabase(withDatabase(url, database), async (db) => void (await db.dropDatabase())),
		fail: (failCommands, times, how) =>
			onDatabase(withDatabase(url, "admin"), async (db) => {
				await db.command({ configureFailPoint: "failCommand", mode: { times }, data: { failCommands, ...how } });
			}),
		process: started?.child,
		stop: async () => started?.stop(),
	};
};
