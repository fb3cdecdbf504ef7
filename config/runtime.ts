import type { Clock } from "@kernel/clock";
import type { DeadLetters, EventBus } from "@mixins/events/event-bus";
import type { Metrics } from "@mixins/observability/metrics";
import type { SharedRedis } from "@mixins/redis/shared-redis";
import type { Store } from "@mixins/store/port";
import type { Settings } from "./env";

/** Writes structured lines; what is personal or secret never goes in. */
export interface Log {
	debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
	info(message: string, fields?: Readonly<Record<string, unknown>>): void;
	warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
	error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What a program gives to each of its services: they reach for nothing themselves. */
export interface Runtime {
	readonly settings: Settings;
	readonly clock: Clock;
	readonly log: Log;
	readonly metrics: Metrics;
	/** Signs what the shop itself has to recognise later: tokens, mail secrets. Never leaves the process. */
	readonly secret: string;
	readonly bus: EventBus & DeadLetters;
	/** Where REDIS_URL is set. */
	readonly redis?: SharedRedis;
	/** Whether this node is the one that does for a service what one of its hosts should do for all, as far as it knows. */
	isFirst(service: string): boolean;
	/** Whether the shop is furnished and may be shown to customers; false again while it stops. */
	isReady(): boolean;
	/** The store of one service. All services of a process share one. Kinds are declared while services are made. */
	store(service: string): Store;
}
