import type { ServiceBroker, ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import type { Caller } from "@kernel/contract";
import { byTurns, job } from "@mixins/async/periodic-job";
import { recoveryJob } from "@mixins/service/recovery-sweep";
import { service } from "@mixins/service/define-service";
import { Carts } from "./carts.contract";
import { checkout } from "./checkout";
import { customerCarts } from "./customer-carts";
import { editing } from "./cart-actions";
import { shelf } from "./context";
import { forgetAbandoned, sweeper } from "./sweep";

const FORGET_EVERY_MS = 60_000;
/** A node that is not the first one forgets at every so manyth turn. */
const FORGET_TURNS_OF_OTHERS = 10;

export const carts = ({ clock, log, settings, store, isFirst }: Runtime): ServiceSchema => {
	const kept = shelf(store("carts"));
	let broker: ServiceBroker | undefined;
	const caller = (): Caller => {
		if (!broker) throw new Error("the service has not started");
		return broker;
	};
	const isFirstHost = (): boolean => isFirst("carts");
	const sweep = sweeper(kept, caller, (cartId, cause) => {
		log.warn("a checkout could not be taken up", { cartId, cause });
	});
	const recovering = recoveryJob(
		() => sweep(clock()),
		isFirstHost,
		(cause) => {
			log.error("the sweep of carts failed", { cause });
		},
	);
	const forgetting = job(
		FORGET_EVERY_MS,
		byTurns(isFirstHost, FORGET_TURNS_OF_OTHERS, () => forgetAbandoned(kept, caller(), clock())),
		(cause) => {
			log.error("abandoned carts could not be forgotten", { cause });
		},
	);

	return service(
		"carts",
		Carts,
		{ ...editing(kept, settings.currency), ...checkout(kept), ...customerCarts(kept, settings.currency) },
		{
			clock,
			dependencies: ["products", "shipping"],
			started(service) {
				broker = service.broker;
				recovering.start();
				forgetting.start();
			},
			async stopped() {
				await Promise.all([recovering.stop(), forgetting.stop()]);
			},
		},
	);
};
