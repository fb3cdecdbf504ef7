import type { BrokerOptions, Transit } from "moleculer";
import { LOCAL_FIRST } from "@mixins/actors/placement";
import type { Settings } from "../env";
import { HEARTBEAT_SECONDS, HEARTBEAT_TIMEOUT_SECONDS, RedisDiscoverer } from "./discoverer";
import { presence } from "./presence";
import { AmqpTransporter } from "./transporter";

/** Time for which a leaving node still serves calls. Nodes that missed its disconnect message read the next heartbeats meanwhile. */
const STOP_DELAY_MS = 3_000;
/** Delay before a change of the hosted services is announced, so that services that start together are announced once. */
const ANNOUNCE_AFTER_MS = 100;

/**
 * Broker options of the cluster profile: RabbitMQ carries calls, and Redis, if configured, is used for discovery. Without Redis, discovery uses
 * RabbitMQ too. Without AMQP_URL there are no other nodes and no options.
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
			preferLocal: false, // each action has its own strategy
			strategy: LOCAL_FIRST,
			stopDelay: STOP_DELAY_MS,
			...(redisUrl !== undefined && { discoverer: new RedisDiscoverer(redisUrl, known) }),
		},
	};
};
