import type { Clock } from "@kernel/clock";
import type { Store } from "../store/port";
import { forEachConcurrent } from "../async/for-each-concurrent";
import { timeSlice } from "../async/time-slice";
import type { DeadLetters, EventBus } from "./event-bus";
import { redelivery, type OnDeliveryError } from "./redelivery";

const SUBJECTS_AT_ONCE = 64;

/**
 * The bus of one process. An event that its consumer handles at once costs no write. A failed delivery is stored, retried with growing delays,
 * and finally becomes a dead letter. Stored deliveries survive a restart.
 */
export const localBus = (store: Store, clock: Clock, onError: OnDeliveryError, isFirst?: () => boolean): EventBus & DeadLetters => {
	const { subscribe, consumersOf, deliver, park: _, waiting, ...kept } = redelivery(store, clock, onError, isFirst);

	return {
		...kept,
		subscribe(subscription) {
			subscribe(subscription);
			return Promise.resolve();
		},

		async publish(events) {
			const bySubject = Map.groupBy(
				events.filter(({ type }) => consumersOf(type).length > 0),
				({ subject }) => subject,
			);
			await forEachConcurrent([...bySubject.values()], SUBJECTS_AT_ONCE, async (group) => {
				await timeSlice();
				for (const event of group) await Promise.all(consumersOf(event.type).map((subscription) => deliver(subscription, event)));
			});
		},

		depths: () => Promise.resolve(waiting()),
	};
};
