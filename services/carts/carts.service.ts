import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { byTurns, job } from "@mixins/jobs";
import { service } from "@mixins/service";
import { Carts } from "./carts.contract";
import { checkout } from "./checkout";
import { customerCarts } from "./customer-carts";
import { editing } from "./editing";
import { shelf } from "./shelf";
import { sweep } from "./sweep";

const SWEEP_MS = 2_000;

export const carts = (runtime: Runtime): ServiceSchema => {
	const { clock, log, settings } = runtime;
	const kept = shelf(runtime.store("carts"));
	const sweeping = (service: Service) =>
		job(
			SWEEP_MS,
			byTurns(
				() => runtime.isFirst("carts"),
				2,
				() =>
					sweep(kept, service.broker, clock(), (cartId, cause) => {
						log.warn("a checkout could not be taken up", { cartId, cause });
					}),
			),
			(cause) => {
				log.error("the sweep of carts failed", { cause });
			},
		);
	let running: ReturnType<typeof job> | undefined;

	return service(
		"carts",
		Carts,
		{ ...editing(kept, settings.currency), ...checkout(kept), ...customerCarts(kept, settings.currency) },
		{
			clock,
			dependencies: ["products", "shipping"],
			started(service) {
				running = sweeping(service);
				running.start();
			},
			stopped: () => running?.stop(),
		},
	);
};
