import type { ServiceBroker } from "moleculer";

/** The broker of a service, which jobs and event consumers need and which is known only once the service starts. */
export interface StartedBroker {
	/** Called by `started` of the service. */
	readonly set: (broker: ServiceBroker) => void;
	/** @throws Error before the start of the service */
	readonly get: () => ServiceBroker;
}

export const startedBroker = (service: string): StartedBroker => {
	let known: ServiceBroker | undefined;
	return {
		set(broker) {
			known = broker;
		},
		get() {
			if (!known) throw new Error(`the service ${service} has not started`);
			return known;
		},
	};
};
