import type { ServiceBroker, ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import type { Caller } from "@kernel/contract";
import { recoveryJob } from "@mixins/service/recovery-sweep";
import { defineService } from "@mixins/service/define-service";
import { checkoutActions } from "./checkout";
import { consumers } from "./consumers";
import { ordersContext as open } from "./context";
import { operatorActions } from "./operator-actions";
import { Orders } from "./orders.contract";
import { orderQueries } from "./queries";
import { staffActions } from "./staff-actions";
import { orderRecoverySweep } from "./sweep";

export const orders = ({ settings, clock, log, metrics, secret, bus, store, isFirst }: Runtime): ServiceSchema => {
	const context = open(store("orders"), clock, settings.capture === "auto", metrics);
	let broker: ServiceBroker | undefined;
	const caller = (): Caller => {
		if (!broker) throw new Error("the service has not started");
		return broker;
	};
	const sweep = orderRecoverySweep(context, caller, (orderId, cause) => {
		log.warn("resuming an order failed", { orderId, err: cause });
	});
	const sweeping = recoveryJob(
		() => sweep(clock()),
		() => isFirst("orders"),
		(cause) => {
			log.error("order recovery sweep failed", { err: cause });
		},
	);

	return defineService(
		"orders",
		Orders,
		{ ...checkoutActions(context, secret), ...orderQueries(context, secret), ...staffActions(context), ...operatorActions(context) },
		{
			clock,
			bus,
			subscriptions: consumers(context, clock, caller),
			dependencies: ["carts", "inventory", "payments", "shipping"],
			started(service) {
				broker = service.broker;
				sweeping.start();
			},
			async stopped() {
				await sweeping.stop();
				await Promise.allSettled(context.runs.values());
			},
		},
	);
};
