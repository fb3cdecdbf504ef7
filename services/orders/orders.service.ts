import type { ServiceBroker, ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import type { Caller } from "@kernel/contract";
import { recoveryJob } from "@mixins/service/recovery-sweep";
import { service } from "@mixins/service/define-service";
import { checkout } from "./checkout";
import { consumers } from "./consumers";
import { desk as open } from "./context";
import { operating } from "./operator-actions";
import { Orders } from "./orders.contract";
import { reading } from "./queries";
import { staff } from "./staff-actions";
import { sweeper } from "./sweep";

export const orders = ({ settings, clock, log, metrics, secret, bus, store, isFirst }: Runtime): ServiceSchema => {
	const desk = open(store("orders"), clock, settings.capture === "auto", metrics);
	let broker: ServiceBroker | undefined;
	const caller = (): Caller => {
		if (!broker) throw new Error("the service has not started");
		return broker;
	};
	const sweep = sweeper(desk, caller, (orderId, cause) => {
		log.warn("an order could not be moved on", { orderId, cause });
	});
	const sweeping = recoveryJob(
		() => sweep(clock()),
		() => isFirst("orders"),
		(cause) => {
			log.error("the sweep of orders failed", { cause });
		},
	);

	return service(
		"orders",
		Orders,
		{ ...checkout(desk, secret), ...reading(desk, secret), ...staff(desk), ...operating(desk) },
		{
			clock,
			bus,
			subscriptions: consumers(desk, clock, caller),
			dependencies: ["carts", "inventory", "payments", "shipping"],
			started(service) {
				broker = service.broker;
				sweeping.start();
			},
			async stopped() {
				await sweeping.stop();
				await Promise.allSettled(desk.runs.values());
			},
		},
	);
};
