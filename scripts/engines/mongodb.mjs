/** MongoDB: a replica set of one member or of three. Its members are known by their addresses here, so that every driver finds them. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fromProject } from "./libraries.mjs";
import { mongod } from "./programs.mjs";

export const REPLICA_SET = "tianguis";

const hostsOf = ({ ports, members }) => ports.mongodb.slice(0, members).map((port) => `127.0.0.1:${port}`);
const programOf = (index) => `mongodb${index + 1}`;

const onAdmin = async (host, run) => {
	const { MongoClient } = fromProject("mongoose").mongo;
	const client = new MongoClient(`mongodb://${host}/admin?directConnection=true`, {
		serverSelectionTimeoutMS: 2_000,
		socketTimeoutMS: 5_000,
	});
	try {
		await client.connect();
		return await run(client.db("admin"));
	} finally {
		await client.close();
	}
};

/** Initiates the replica set. Idempotent. */
const initiate = async (hosts) => {
	const config = {
		_id: REPLICA_SET,
		members: hosts.map((host, _id) => ({ _id, host, priority: _id === 0 ? 2 : 1 })),
		settings: { electionTimeoutMillis: 2_000 },
	};
	await onAdmin(hosts[0], (db) => db.command({ replSetInitiate: config })).catch((cause) => {
		if (cause.codeName !== "AlreadyInitialized") throw cause;
	});
};

export const mongodb = {
	name: "mongodb",
	variable: "MONGO_URL",
	program: mongod,
	packages: [],
	url: (where) => `mongodb://${hostsOf(where).join(",")}/tianguis?replicaSet=${REPLICA_SET}`,
	programs: ({ members }) => Array.from({ length: members }, (_, index) => programOf(index)),

	async start(instance, { program, ports, members }) {
		for (let index = 0; index < members; index++) {
			const folder = join(instance.folder, programOf(index));
			mkdirSync(folder, { recursive: true });
			const options = {
				dbpath: folder,
				port: ports.mongodb[index],
				bind_ip: "127.0.0.1",
				replSet: REPLICA_SET,
				wiredTigerCacheSizeGB: 0.25,
			};
			// Test commands let a spec say how the next insert fails.
			const parameters = ["enableTestCommands=1", "diagnosticDataCollectionEnabled=false"].flatMap((one) => ["--setParameter", one]);
			const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
			instance.start(programOf(index), program, [...args, "--nounixsocket", "--quiet", ...parameters]);
		}
	},

	/** Checks every member once, and initiates a new set. @returns the version @throws if there is no primary yet, or a member is missing */
	async look(where) {
		const hosts = hostsOf(where);
		const states = await Promise.all(hosts.map((host) => onAdmin(host, (db) => db.command({ hello: 1 }))));
		if (states.every(({ setName }) => setName === undefined)) await initiate(hosts);
		if (!states.some(({ isWritablePrimary }) => isWritablePrimary)) throw new Error("no primary yet");
		if (!states.every(({ isWritablePrimary, secondary }) => isWritablePrimary || secondary))
			throw new Error("a member is not in step yet");
		return onAdmin(hosts[0], async (db) => (await db.command({ buildInfo: 1 })).version);
	},
};
