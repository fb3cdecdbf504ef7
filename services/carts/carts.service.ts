import type { ServiceBroker, ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import type { Caller } from "@kernel/contract";
import { byTurns, periodicJob } from "@mixins/async/periodic-job";
import { recoveryJob } from "@mixins/service/recovery-sweep";
import { defineService } from "@mixins/service/define-service";
import { Carts } from "./carts.contract";
import { checkoutActions } from "./checkout";
import { customerCarts } from "./customer-carts";
import { cartActions } from "./cart-actions";
import { cartsContext } from "./context";
import { forgetAbandoned, sweeper } from "./sweep";

const DELETE_INTERVAL_MS = 60_000;
/** A node other than the preferred host runs the job only once in this many turns. */
const DELETE_TURNS_OF_OTHERS = 10;

export const carts = ({ clock, log, settings, store, isFirst }: Runtime): ServiceSchema => {
	const context = cartsContext(store("carts"));
	let broker: ServiceBroker | undefined;
	const caller = (): Caller => {
		if (!broker) throw new Error("the carts service has not started");
		return broker;
	};
	const isFirstHost = (): boolean => isFirst("carts");
	const sweep = sweeper(context, caller, (cartId, cause) => {
		log.warn("resuming a checkout failed", { cartId, err: cause });
	});
	const recovery = recoveryJob(
		() => sweep(clock()),
		isFirstHost,
		(cause) => {
			log.error("cart recovery sweep failed", { err: cause });
		},
	);
	const deletion = periodicJob(
		DELETE_INTERVAL_MS,
		byTurns(isFirstHost, DELETE_TURNS_OF_OTHERS, () => forgetAbandoned(context, caller(), clock())),
		(cause) => {
			log.error("deleting abandoned carts failed", { err: cause });
		},
	);

	return defineService(
		"carts",
		Carts,
		{ ...cartActions(context, settings.currency), ...checkoutActions(context), ...customerCarts(context, settings.currency) },
		{
			clock,
			dependencies: ["products", "shipping"],
			started(service) {
				broker = service.broker;
				recovery.start();
				deletion.start();
			},
			async stopped() {
				await Promise.all([recovery.stop(), deletion.stop()]);
			},
		},
	);
};
