import type { StoreSnapshot } from "../cli/check/snapshot";
import type { Publication } from "./event-tap";
import type { Node } from "./node";
import type { Proxy } from "./faulty-link";

/** A backing server of the program. */
export interface Engine {
	readonly name: string;
	/** Kills it with SIGKILL. */
	crash(): Promise<void>;
	/** Restarts it on the same data; resolves when it is ready. */
	start(): Promise<void>;
}

/** A running shop with all possible targets of faults. */
export interface SystemUnderTest {
	readonly nodes: readonly Node[];
	/** Links to gateways and engines by name. Each can be cut. */
	readonly links: ReadonlyMap<string, Proxy>;
	readonly engines: readonly Engine[];
	/** Maximum downtime of a stopped process. */
	readonly freezeMs: number;
	/** Average time between two faults. */
	readonly everyMs: number;
	/** Base URLs of the gateways for shoppers. */
	gateways(): readonly string[];
	/** Reads the stored data, whether or not the program runs. */
	snapshot(): Promise<StoreSnapshot>;
	/** Events in the broker's order of delivery, oldest first. Empty without a broker. */
	publications(): readonly Publication[];
	/** Stops everything and deletes the data unless `keep` is set. */
	close(keep: boolean): Promise<void>;
}

export const ADMIN = { email: "admin@faults.example", password: "a long password for the faults" };

export interface SystemOptions {
	/** The folder of the built program. */
	readonly program: string;
	/** Folder for data, logs and other files. */
	readonly folder: string;
	readonly seed: string;
	/** Additional settings of every node. */
	readonly env?: Readonly<Record<string, string>>;
	/** Modules of preload/ to load. Default: those of a campaign. */
	readonly preload?: readonly string[];
}
