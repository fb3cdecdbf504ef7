import type { ActionSchema, Service, ServiceSchema } from "moleculer";
import { isAllowed } from "@kernel/access";
import type { Clock } from "@kernel/clock";
import type { ActionContract, CodeOf, Contract, EventContract, ParamsOf, ReplyOf } from "@kernel/contract";
import { isRejection, type Rejection } from "@kernel/rejection";
import { schemaValidator } from "./schema-validator";
import type { EventBus, Subscription } from "../events/event-bus";
import { serviceError, validationError, rejectionError } from "../errors/service-errors";
import { PLACEMENT } from "../actors/placement";
import { waitUntil } from "../async/wait-until";
import { requestFromContext, type HandledCall, type Request } from "./request";

/**
 * One handler for each action of the contract. It can refuse only with the codes that the contract names (the compiler sees to it), and with
 * PRECONDITION_FAILED where the contract has an ETag.
 */
export type Handlers<C extends Contract> = {
	readonly [K in keyof C]: (params: ParamsOf<C[K]>, request: Request) => Promise<ReplyOf<C[K]> | Rejection<CodeOf<C[K]>>>;
};

/** What a service does beside its actions. Jobs and subscriptions begin when it has started and end before it stops. */
export interface ServiceOptions {
	/** What this service needs of the program: it is given, never reached for. */
	readonly clock: Clock;
	readonly bus?: EventBus;
	readonly subscriptions?: readonly Subscription<EventContract>[];
	/** Names of services that must be there first. */
	readonly dependencies?: readonly string[];
	readonly started?: (service: Service) => Promise<void> | void;
	readonly stopped?: (service: Service) => Promise<void> | void;
}

/** A Moleculer service that keeps its contract: it checks what comes in and who asks, and turns refusals into errors that survive the wire. */
export const defineService = <C extends Contract>(
	name: string,
	contract: C,
	handlers: Handlers<C>,
	beside: ServiceOptions,
): ServiceSchema => {
	const running: Running = { count: 0 };
	return {
		name,
		dependencies: [...(beside.dependencies ?? [])],
		actions: Object.fromEntries(
			Object.entries(contract).map(([key, action]) => [
				key,
				actionSchema(action, handlers[key] as unknown as Handler, beside.clock, running),
			]),
		),
		async started(this: Service) {
			await beside.started?.(this);
			for (const subscription of beside.subscriptions ?? []) await beside.bus?.subscribe(subscription);
		},
		async stopped(this: Service) {
			// Moleculer waits for calls that passed the broker only.
			const { tracking } = this.broker.options;
			await waitUntil(() => running.count === 0, tracking?.enabled ? (tracking.shutdownTimeout ?? 0) : 0);
			await beside.stopped?.(this);
		},
	};
};

/** Handlers of a service that are at work. */
interface Running {
	count: number;
}

type Handler = (params: object, request: Request) => Promise<unknown>;

const actionSchema = (action: ActionContract, handler: Handler, clock: Clock, running: Running): ActionSchema => {
	const params = schemaValidator(action.params);
	const schema = {
		visibility: action.rest ? "published" : "public",
		timeout: action.timeoutMs, // Moleculer reads it, its types do not know it
		retryPolicy: { enabled: action.idempotent },
		...(action.bulkhead && { bulkhead: { concurrency: action.bulkhead.concurrency, maxQueueSize: action.bulkhead.queue } }),
		...(action.shardBy && { strategy: PLACEMENT, strategyOptions: { shardKey: action.shardBy } }),
		async handler(ctx: HandledCall) {
			running.count += 1;
			try {
				const request = requestFromContext(ctx, clock());
				// The gateway has asked already; a call that came round it is asked again. Calls between services do their caller's work.
				if (action.permission !== "internal" && ctx.caller === "gateway" && !isAllowed(request.principal, action.permission))
					throw serviceError("FORBIDDEN");
				if (!params.check(ctx.params)) throw validationError(params.errors(ctx.params));
				const outcome = await handler(ctx.params, request);
				if (isRejection(outcome)) throw rejectionError(outcome);
				return outcome;
			} finally {
				running.count -= 1;
			}
		},
	} as const;
	return schema;
};
