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
 * One handler for each action of the contract. A handler may reject with the codes that its contract names, and with PRECONDITION_FAILED if the
 * contract has an ETag. The compiler checks this.
 */
export type Handlers<C extends Contract> = {
	readonly [K in keyof C]: (params: ParamsOf<C[K]>, request: Request) => Promise<ReplyOf<C[K]> | Rejection<CodeOf<C[K]>>>;
};

/** Parts of a service besides its actions. Jobs and subscriptions begin after its start and end before its stop. */
export interface ServiceOptions {
	/** Clock of the program. */
	readonly clock: Clock;
	readonly bus?: EventBus;
	readonly subscriptions?: readonly Subscription<EventContract>[];
	/** Names of services that must be available before this one starts. */
	readonly dependencies?: readonly string[];
	readonly started?: (service: Service) => Promise<void> | void;
	readonly stopped?: (service: Service) => Promise<void> | void;
}

/** Creates a Moleculer service from a contract. It validates params and permissions and converts rejections into errors that can be serialized. */
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
			// Moleculer waits only for calls that passed the broker; local calls do not.
			const { tracking } = this.broker.options;
			await waitUntil(() => running.count === 0, tracking?.enabled ? (tracking.shutdownTimeout ?? 0) : 0);
			await beside.stopped?.(this);
		},
	};
};

/** Number of running handlers of a service. */
interface Running {
	count: number;
}

type Handler = (params: object, request: Request) => Promise<unknown>;

const actionSchema = (action: ActionContract, handler: Handler, clock: Clock, running: Running): ActionSchema => {
	const params = schemaValidator(action.params);
	const schema = {
		visibility: action.rest ? "published" : "public",
		timeout: action.timeoutMs, // Moleculer reads this field, but its types omit it
		retryPolicy: { enabled: action.idempotent },
		...(action.bulkhead && { bulkhead: { concurrency: action.bulkhead.concurrency, maxQueueSize: action.bulkhead.queue } }),
		...(action.shardBy && { strategy: PLACEMENT, strategyOptions: { shardKey: action.shardBy } }),
		async handler(ctx: HandledCall) {
			running.count += 1;
			try {
				const request = requestFromContext(ctx, clock());
				// The gateway has checked the permission already; this covers calls that bypass it. Calls between services act for their caller.
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
