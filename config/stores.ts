import type * as Mongo from "@mixins/store/mongo";
import type { Store } from "@mixins/store/port";
import { sqliteStore } from "@mixins/store/sqlite";
import type { Clock } from "@kernel/clock";
import { Unreachable } from "./broker/reach";
import { ownDataFolder, secretIn, sharedDataFolder } from "./data-folder";
import type { Settings } from "./env";
import type { Log } from "./runtime";
import { sharedSecret } from "./shared-secret";

/** The database that the test provider calls its own: a real one would not keep its record in ours. */
const PROVIDER_STORE = "test-provider";

export interface Stores {
	/** The store of one service, the same at each call. None is new once they are opened. */
	of(service: string): Store;
	all(): readonly Store[];
	/** Those whose facts are carried to others. */
	relayed(): readonly Store[];
	/** What the shop signs with where no setting says it: the same for all nodes over this store, and at each start. */
	secret(): Promise<string>;
	/** Gives up the data folder. After the stores are closed. */
	release(): void;
}

/** This process owns the data folder, and everything is in it. */
const embedded = ({ dataDir }: Settings): Stores => {
	const folder = ownDataFolder(dataDir);
	const shared = sqliteStore(folder.file("tianguis.db"));
	const provider = sqliteStore(folder.file("test-provider.db"));
	return {
		of: (service) => (service === PROVIDER_STORE ? provider : shared),
		all: () => [shared, provider],
		relayed: () => [shared],
		secret: () => Promise.resolve(secretIn(folder.path)),
		release: folder.release,
	};
};

/** A server that cannot be used ends the start with one line. */
const remote = (url: string, service: string, log: Log): Store => {
	// Only here: the driver costs memory and time to start that a shop in one file need not pay.
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	const { mongoStore } = require("@mixins/store/mongo") as typeof Mongo;
	const store = mongoStore(url, service, log);
	return {
		...store,
		open: () =>
			store.open().catch((cause: unknown) => {
				throw new Unreachable((cause as Error).message, { cause });
			}),
	};
};

/** Many nodes over one MongoDB; the data folder holds mails at most. */
const cluster = (url: string, { dataDir }: Settings, log: Log, clock: Clock): Stores => {
	const folder = sharedDataFolder(dataDir);
	const made = new Map<string, Store>();
	return {
		of(service) {
			const store = made.get(service) ?? remote(url, service, log);
			made.set(service, store);
			return store;
		},
		all: () => [...made.values()],
		relayed: () => [...made].flatMap(([service, store]) => (service === PROVIDER_STORE ? [] : store)),
		secret: () => sharedSecret(remote(url, "program", log), clock),
		release: folder.release,
	};
};

/**
 * Where MONGO_URL is set, each service has a connection of its own to that database; else all share one file in the data folder.
 *
 * @throws BadDataFolder
 */
export const storesFor = (settings: Settings, log: Log, clock: Clock): Stores =>
	settings.mongoUrl === undefined ? embedded(settings) : cluster(settings.mongoUrl, settings, log, clock);
