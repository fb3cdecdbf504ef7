import type * as Mongo from "@mixins/store/mongo";
import type { Store } from "@mixins/store/port";
import { sqliteStore } from "@mixins/store/sqlite";
import type { DataFolder } from "./data-folder";
import type { Settings } from "./env";
import type { Log } from "./runtime";

/** The database that the test provider calls its own: a real one would not keep its record in ours. */
const PROVIDER_STORE = "test-provider";

export interface Stores {
	/** The store of one service, the same at each call. None is new once they are opened. */
	of(service: string): Store;
	all(): readonly Store[];
	/** Those whose facts are carried to others. */
	relayed(): readonly Store[];
}

const embedded = (folder: DataFolder): Stores => {
	const shared = sqliteStore(folder.file("tianguis.db"));
	const provider = sqliteStore(folder.file("test-provider.db"));
	return {
		of: (service) => (service === PROVIDER_STORE ? provider : shared),
		all: () => [shared, provider],
		relayed: () => [shared],
	};
};

const cluster = (url: string, log: Log): Stores => {
	// Only here: the driver costs memory and time to start that a shop in one file need not pay.
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	const { mongoStore } = require("@mixins/store/mongo") as typeof Mongo;
	const made = new Map<string, Store>();
	return {
		of(service) {
			const store = made.get(service) ?? mongoStore(url, service, log);
			made.set(service, store);
			return store;
		},
		all: () => [...made.values()],
		relayed: () => [...made].flatMap(([service, store]) => (service === PROVIDER_STORE ? [] : store)),
	};
};

/** Where MONGO_URL is set, each service has a connection of its own to that database; else all share one file in the data folder. */
export const storesFor = ({ mongoUrl }: Settings, folder: DataFolder, log: Log): Stores =>
	mongoUrl === undefined ? embedded(folder) : cluster(mongoUrl, log);
