import type { ServiceBroker, ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import type { Caller } from "@kernel/contract";
import { service } from "@mixins/service";
import { consumers } from "./consumers";
import { list } from "./listing";
import { Notifications } from "./notifications.contract";
import { outbox as open } from "./outbox";
import { postmen } from "./postmen";
import { pump } from "./pump";
import { sender } from "./sending";

export const notifications = (runtime: Runtime): ServiceSchema => {
	const { clock, log, bus, store } = runtime;
	const outbox = open(store("notifications"));
	const carriers = postmen(runtime);
	let broker: ServiceBroker | undefined;
	const caller = (): Caller => {
		if (!broker) throw new Error("the service has not started");
		return broker;
	};
	const sending = pump({
		outbox,
		clock,
		send: sender(outbox, carriers, runtime),
		isFirst: () => runtime.isFirst("notifications"),
		onError: (cause) => {
			log.error("notifications cannot be sent", { cause });
		},
	});

	return service(
		"notifications",
		Notifications,
		{ list: list(outbox) },
		{
			clock,
			bus,
			subscriptions: consumers(outbox, clock, caller, sending.wake),
			dependencies: ["orders", "users", "auth"],
			async started(service) {
				broker = service.broker;
				await sending.start(service.broker);
			},
			async stopped() {
				await sending.stop();
				await carriers.email.close();
			},
		},
	);
};
