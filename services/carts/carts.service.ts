import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { byTurns, periodicJob } from "@mixins/async/periodic-job";
import { recoveryJob } from "@mixins/service/recovery-sweep";
import { startedBroker } from "@mixins/service/started-broker";
import { defineService } from "@mixins/service/define-service";
import { Carts } from "./carts.contract";
import { checkoutActions } from "./checkout";
import { customerCarts } from "./customer-carts";
import { cartActions } from "./cart-actions";
import { cartsContext } from "./context";
import { forgetAbandoned, sweeper } from "./sweep";

const FORGET_EVERY_MS = 60_000;
/** Nodes other than the preferred host run the clean-up at every tenth interval only. */
const FORGET_TURNS_OF_OTHERS = 10;

export const carts = ({ clock, log, settings, store, isFirst }: Runtime): ServiceSchema => {
	const context = cartsContext(store("carts"));
	const broker = startedBroker("carts");
	const isFirstHost = (): boolean => isFirst("carts");
	const sweep = sweeper(context, broker.get, (cartId, cause) => {
		log.warn("resuming a checkout failed", { cartId, err: cause });
	});
	const recovering = recoveryJob(
		() => sweep(clock()),
		isFirstHost,
		(cause) => {
			log.error("cart recovery sweep failed", { err: cause });
		},
	);
	const forgetting = periodicJob(
		FORGET_EVERY_MS,
		byTurns(isFirstHost, FORGET_TURNS_OF_OTHERS, () => forgetAbandoned(context, broker.get(), clock())),
		(cause) => {
			log.error("cleaning up abandoned carts failed", { err: cause });
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
				broker.set(service.broker);
				recovering.start();
				forgetting.start();
			},
			async stopped() {
				await Promise.all([recovering.stop(), forgetting.stop()]);
			},
		},
	);
};
