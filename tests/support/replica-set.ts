import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@config/ports";
import { binary, onDatabase, waitFor } from "./mongo";

/** A separate replica set for failure tests. It ends with this process. */
export interface ReplicaSet {
	readonly url: string;
	/** Makes the primary step down. It cannot be elected again for 10 s. */
	stepDown(): Promise<void>;
	/** Kills the primary with SIGKILL. @returns a function that starts it again */
	killPrimary(): Promise<() => void>;
	stop(): Promise<void>;
}

interface Member {
	readonly host: string;
	readonly start: () => void;
	child(): ChildProcess;
}

const NAME = "tests";

const member = async (program: string, folder: string): Promise<Member> => {
	const port = await freePort();
	const own = join(folder, String(port));
	mkdirSync(own);
	let child: ChildProcess | undefined;
	const start = (): void => {
		const where = ["--dbpath", own, "--port", String(port), "--bind_ip", "127.0.0.1", "--replSet", NAME, "--nounixsocket", "--quiet"];
		const small = ["--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "64", "--setParameter", "diagnosticDataCollectionEnabled=false"];
		child = spawn(program, [...where, ...small], { stdio: "ignore" });
	};
	start();
	process.on("exit", () => void child?.kill("SIGKILL"));
	return { host: `127.0.0.1:${port}`, start, child: () => child! };
};

const admin = (host: string): string => `mongodb://${host}/admin?directConnection=true`;
const isPrimary = (host: string): Promise<boolean> =>
	onDatabase(admin(host), async (db) => (await db.command({ hello: 1 }))["isWritablePrimary"] === true).catch(() => false);

/** @throws if there is no mongod; check `mongoSource` first */
export const startReplicaSet = async (members: number): Promise<ReplicaSet> => {
	const folder = mkdtempSync(join(tmpdir(), "tianguis-replica-set-"));
	const all = await Promise.all(Array.from({ length: members }, () => member(binary()!, folder)));
	const config = {
		_id: NAME,
		members: all.map(({ host }, _id) => ({ _id, host })),
		settings: { electionTimeoutMillis: 2_000, heartbeatIntervalMillis: 500 },
	};
	await waitFor(() => onDatabase(admin(all[0]!.host), (db) => db.command({ replSetInitiate: config })).then(() => true), "a replica set");
	const primary = async (): Promise<Member> => {
		let found: Member | undefined;
		await waitFor(async () => {
			for (const each of all) if (await isPrimary(each.host)) found = each;
			return found !== undefined;
		}, "a primary");
		return found!;
	};
	await primary();
	return {
		url: `mongodb://${all.map(({ host }) => host).join(",")}/?replicaSet=${NAME}`,
		async stepDown() {
			const { host } = await primary();
			// The member may close the connection of the caller.
			await onDatabase(admin(host), (db) => db.command({ replSetStepDown: 10, force: true })).catch(() => undefined);
		},
		async killPrimary() {
			const { child, start } = await primary();
			child().kill("SIGKILL");
			return start;
		},
		async stop() {
			const gone = all.map(({ child }) => new Promise((resolve) => child().once("exit", resolve)));
			for (const { child } of all) child().kill("SIGKILL");
			await Promise.all(gone);
			rmSync(folder, { recursive: true, force: true });
		},
	};
};
