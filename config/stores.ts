import type * as Mongo from "@mixins/store/mongo";
import type { Store } from "@mixins/store/port";
import { sqliteStore } from "@mixins/store/sqlite";
import type { Clock } from "@kernel/clock";
import { UnreachableError } from "./broker/connectivity-check";
import { acquireDataFolder, readOrCreateSecret, sharedDataFolder } from "./data-folder";
import type { Settings } from "./env";
import type { Log } from "./runtime";
import { sharedSecret } from "./shared-secret";

/** Ledger of the test provider: a real provider would not keep its record in our database. */
const PROVIDER_STORE = "test-provider";

export interface Stores {
	/** The store of one service, the same at each call. Services share one store; only the test provider may have another. */
	of(service: string): Store;
	/** The one whose events are published. */
	readonly shop: Store;
	all(): readonly Store[];
	/** What the shop signs with where no setting says it: the same for all nodes over this store, and at each start. */
	secret(): Promise<string>;
	/** Gives up the data folder. After the stores are closed. */
	release(): void;
}

/** This process owns the data folder, and everything is in it. */
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

/** A server that cannot be used ends the start with one line. */
const remote = (url: string, name: string, log: Log): Store => {
	// Only here: the driver costs memory and time to start that a shop in one file need not pay.
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

/** Many nodes over one MongoDB; the data folder holds mails at most. */
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
 * Where MONGO_URL is set, all services of the process share one client of that database; else one file in the data folder.
 *
 * @throws BadDataFolder
 */
export const createStores = (settings: Settings, log: Log, clock: Clock): Stores =>
	settings.mongoUrl === undefined ? embedded(settings) : cluster(settings.mongoUrl, settings, log, clock);
