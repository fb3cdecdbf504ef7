import type { ServiceBroker, ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import type { Caller } from "@kernel/contract";
import { service } from "@mixins/service/define-service";
import { consumers } from "./consumers";
import { list } from "./queries";
import { Notifications } from "./notifications.contract";
import { outbox as open, type Queue } from "./notification-queue";
import { postmen } from "./delivery-channels";
import { pump } from "./delivery-worker";
import { sender } from "./send-notification";

export const notifications = (runtime: Runtime): ServiceSchema => {
	const { clock, log, bus, store } = runtime;
	const outbox = open(store("notifications"));
	const carriers = postmen(runtime);
	let broker: ServiceBroker | undefined;
	const caller = (): Caller => {
		if (!broker) throw new Error("the service has not started");
		return broker;
	};
	const queue: Queue = async (origin, news, channel, cause) => {
		const queued = await outbox.queue(origin, news, channel, cause, sending.hasRoom());
		if (queued) sending.accept(queued);
	};
	const sending = pump({
		outbox,
		clock,
		send: sender(outbox, queue, carriers, runtime),
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
			subscriptions: consumers(queue, clock, caller),
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
