import type * as Mongo from "@mixins/store/mongo";
import type { Store } from "@mixins/store/port";
import { sqliteStore } from "@mixins/store/sqlite";
import type { Clock } from "@kernel/clock";
import { UnreachableError } from "./broker/connectivity-check";
import { acquireDataFolder, readOrCreateSecret, sharedDataFolder } from "./data-folder";
import type { Settings } from "./env";
import type { Log } from "./runtime";
import { sharedSecret } from "./shared-secret";

/** Name of the ledger of the test provider. A real provider would keep its ledger outside the shop's database. */
const PROVIDER_STORE = "test-provider";

export interface Stores {
	/** The store of a service, the same at each call. Services share one store; only the test provider may have its own. */
	of(service: string): Store;
	/** The store whose events are published. */
	readonly shop: Store;
	all(): readonly Store[];
	/** The signing secret if JWT_SECRET is not set. It is the same for all nodes of this store and after each restart. */
	secret(): Promise<string>;
	/** Releases the data folder. Must be called after the stores are closed. */
	release(): void;
}

/** Stores of the embedded profile. This process owns the data folder, which contains all data. */
const embedded = ({ dataDir }: Settings): Stores => {
	const folder = acquireDataFolder(dataDir);
	const shop = sqliteStore(folder.file("tianguis.db"));
	const provider = sqliteStore(folder.file("test-provider.db"));
	return {
		of: (service) => (service === PROVIDER_STORE ? provider : shop),
		shop,
		all: () => [shop, provider],
		secret: () => Promise.resolve(readOrCreateSecret(folder.path)),
		release: folder.release,
	};
};

/** A store on a MongoDB server. If the server cannot be used, `open` rejects with a one-line UnreachableError. */
const remote = (url: string, name: string, log: Log): Store => {
	// Loaded on demand: the embedded profile saves the driver's memory and start-up time.
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	const { mongoStore } = require("@mixins/store/mongo") as typeof Mongo;
	const store = mongoStore(url, name, log);
	return {
		...store,
		open: () =>
			store.open().catch((cause: unknown) => {
				throw new UnreachableError((cause as Error).message, { cause });
			}),
	};
};

/** Stores of the cluster profile: all nodes share one MongoDB. The data folder contains only mails, if any. */
const cluster = (url: string, { dataDir }: Settings, log: Log, clock: Clock): Stores => {
	const folder = sharedDataFolder(dataDir);
	const shop = remote(url, "shop", log);
	return {
		of: () => shop,
		shop,
		all: () => [shop],
		secret: () => sharedSecret(remote(url, "secret", log), clock),
		release: folder.release,
	};
};

/**
 * With MONGO_URL, all services of the process share one client of that database; otherwise one file in the data folder.
 *
 * @throws DataFolderError
 */
export const createStores = (settings: Settings, log: Log, clock: Clock): Stores =>
	settings.mongoUrl === undefined ? embedded(settings) : cluster(settings.mongoUrl, settings, log, clock);
