import type { Clock } from "@kernel/clock";
import type { DeadLetters, EventBus } from "@mixins/events/event-bus";
import type { Metrics } from "@mixins/observability/metrics";
import type { SharedRedis } from "@mixins/redis/shared-redis";
import type { Store } from "@mixins/store/port";
import type { Settings } from "./env";

/** Structured logger. Callers must not log personal data or secrets. */
export interface Log {
	debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
	info(message: string, fields?: Readonly<Record<string, unknown>>): void;
	warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
	error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Everything that a service receives from the program. Services create no resources of their own. */
export interface Runtime {
	readonly settings: Settings;
	readonly clock: Clock;
	readonly log: Log;
	readonly metrics: Metrics;
	/** Signs what the shop must verify later: tokens and mail secrets. Never leaves the process. */
	readonly secret: string;
	readonly bus: EventBus & DeadLetters;
	/** Present if REDIS_URL is set. */
	readonly redis?: SharedRedis;
	/** Whether this node is the preferred host of the service, according to its own registry. */
	isFirst(service: string): boolean;
	/** Whether bootstrap is complete and requests may be served; false again during shutdown. */
	isReady(): boolean;
	/** The store of a service; all services of a process share one. Aggregate kinds are declared while services are created. */
	store(service: string): Store;
}
