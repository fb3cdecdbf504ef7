import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { startedBroker } from "@mixins/service/started-broker";
import { defineService } from "@mixins/service/define-service";
import { consumers } from "./consumers";
import { listNotifications } from "./queries";
import { Notifications } from "./notifications.contract";
import { notificationQueue, type Queue } from "./notification-queue";
import { deliveryChannels } from "./delivery-channels";
import { deliveryWorker } from "./delivery-worker";
import { notificationSender } from "./send-notification";

export const notifications = (runtime: Runtime): ServiceSchema => {
	const { clock, log, bus, store } = runtime;
	const outbox = notificationQueue(store("notifications"));
	const channels = deliveryChannels(runtime);
	const broker = startedBroker("notifications");
	const queue: Queue = async (origin, news, channel, cause) => {
		const queued = await outbox.enqueue(origin, news, channel, cause, worker.hasRoom());
		if (queued) worker.accept(queued);
	};
	const worker = deliveryWorker({
		outbox,
		clock,
		send: notificationSender(outbox, queue, channels, runtime),
		isFirst: () => runtime.isFirst("notifications"),
		onError: (cause) => {
			log.error("notification worker failed", { err: cause });
		},
	});

	return defineService(
		"notifications",
		Notifications,
		{ list: listNotifications(outbox) },
		{
			clock,
			bus,
			subscriptions: consumers(queue, clock, broker.get),
			dependencies: ["orders", "users", "auth"],
			async started(service) {
				broker.set(service.broker);
				await worker.start(service.broker);
			},
			async stopped() {
				await worker.stop();
				await channels.email.close();
			},
		},
	);
};
