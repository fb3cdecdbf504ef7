import type { BrokerOptions, Transit } from "moleculer";
import { LOCAL_FIRST } from "@mixins/actors/placement";
import type { Settings } from "../env";
import { HEARTBEAT_SECONDS, HEARTBEAT_TIMEOUT_SECONDS, RedisDiscoverer } from "./discoverer";
import { presence } from "./presence";
import { AmqpTransporter } from "./transporter";

/** How long a node that leaves still answers: whoever missed its goodbye has looked at the registry once more by then. */
const STOP_DELAY_MS = 3_000;
/** What a node hosts is told to the others so long after it changed: several services start in one go. */
const ANNOUNCE_AFTER_MS = 100;

/**
 * What Moleculer needs where there are other nodes: RabbitMQ carries calls, Redis (where there is one, else RabbitMQ too) tells who is there.
 * Nothing where AMQP_URL is not set: then this process is all there is.
 */
export const networkOptions = ({ amqpUrl, redisUrl }: Settings): BrokerOptions => {
	if (amqpUrl === undefined) return {};
	const known = presence();
	return {
		transporter: new AmqpTransporter(amqpUrl, known),
		serializer: "CBOR",
		heartbeatInterval: HEARTBEAT_SECONDS,
		heartbeatTimeout: HEARTBEAT_TIMEOUT_SECONDS,
		transit: { serviceChangedDebounceTime: ANNOUNCE_AFTER_MS } as Transit.TransitOptions,
		registry: {
			preferLocal: false, // each action's strategy knows better
			strategy: LOCAL_FIRST,
			stopDelay: STOP_DELAY_MS,
			...(redisUrl !== undefined && { discoverer: new RedisDiscoverer(redisUrl, known) }),
		},
	};
};
