import type { StoreSnapshot } from "../cli/check/snapshot";
import type { Publication } from "./event-tap";
import type { Node } from "./node";
import type { Proxy } from "./faulty-link";

/** A server that the program stands on. */
export interface Engine {
	readonly name: string;
	/** Kills it with -9. */
	crash(): Promise<void>;
	/** Starts it again on the same data; resolves when it can be used. */
	start(): Promise<void>;
}

/** A running shop with all that faults can be made in. */
export interface SystemUnderTest {
	readonly nodes: readonly Node[];
	/** Ways that can be cut, by name: to gateways, and to engines. */
	readonly links: ReadonlyMap<string, Proxy>;
	readonly engines: readonly Engine[];
	/** How long a stopped process stays so, at most. */
	readonly freezeMs: number;
	/** How often something goes wrong in it, on average. */
	readonly everyMs: number;
	/** Where shoppers knock. */
	gateways(): readonly string[];
	/** What is written, whether or not the program runs. */
	snapshot(): Promise<StoreSnapshot>;
	/** Events as the broker delivered them, the first first. Empty where there is no broker. */
	publications(): readonly Publication[];
	/** Ends all of it, and throws its data away where `keep` is not set. */
	close(keep: boolean): Promise<void>;
}

export const ADMIN = { email: "admin@faults.example", password: "a long password for the faults" };

export interface SystemOptions {
	/** The folder of the built program. */
	readonly program: string;
	/** For data, logs and everything else. */
	readonly folder: string;
	readonly seed: string;
	/** For every node, beside what it needs. */
	readonly env?: Readonly<Record<string, string>>;
	/** Of the folder preload/; without it what a campaign needs. */
	readonly preload?: readonly string[];
}
