import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { recoveryJob } from "@mixins/service/recovery-sweep";
import { startedBroker } from "@mixins/service/started-broker";
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
	const broker = startedBroker("orders");
	const sweep = orderRecoverySweep(context, broker.get, (orderId, cause) => {
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
			subscriptions: consumers(context, clock, broker.get),
			dependencies: ["carts", "inventory", "payments", "shipping"],
			started(service) {
				broker.set(service.broker);
				sweeping.start();
			},
			async stopped() {
				await sweeping.stop();
				await Promise.allSettled(context.runs.values());
			},
		},
	);
};
