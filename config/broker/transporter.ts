import { setTimeout as pause } from "node:timers/promises";
import { Errors, Transporters } from "moleculer";
import { settleWithin } from "@mixins/async/timeout";
import type { Presence } from "./presence";

/** The used part of amqplib, which has no type declarations. */
interface Channel {
	sendToQueue(queue: string, content: Buffer, options: object): boolean;
	publish(exchange: string, routingKey: string, content: Buffer, options: object): boolean;
	assertQueue(queue: string, options: object): Promise<unknown>;
	deleteQueue(queue: string): Promise<unknown>;
	consume(queue: string, handle: (message: Message | null) => void): Promise<unknown>;
	ack(message: Message, allUpTo: boolean): void;
	once(event: "drain" | "close", listener: () => void): this;
	on(event: "return", listener: (message: Message) => void): this;
	removeAllListeners(event: "return"): this;
}

interface Message {
	readonly fields: { readonly routingKey: string };
	readonly content: Buffer;
}

interface Packet {
	readonly type: string;
	/** Node id of the receiver; null or absent for a broadcast. */
	readonly target?: string | null;
	readonly payload?: { readonly id?: string; readonly sender?: string };
}

interface Connection {
	createChannel(): Promise<{ prefetch(count: number): Promise<unknown> }>;
}

type Listen = (cmd: string, packet: unknown) => unknown;

const REQUEST = "REQ";
const RESPONSE = "RES";
const PING = "PING";
const INFO = "INFO";
const HEARTBEAT = "HEARTBEAT";
const DISCONNECT = "DISCONNECT";

/** Maximum number of unacknowledged responses per node. Requests are acknowledged when they are sent. */
const PREFETCH = 1_000;
const CONNECT_MS = 5_000;
const HEARTBEAT_SECONDS = 10;
/** How long the queues of a departed node are kept, and how long a response waits for a connection. */
const LINGER_MS = 30_000;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 2_000;

/** Adds a heartbeat to the URL: half-open connections are detected within two intervals. */
const withHeartbeat = (url: string): string => {
	if (/[?&]heartbeat=/.test(url)) return url;
	return `${url}${url.includes("?") ? "&" : "?"}heartbeat=${HEARTBEAT_SECONDS}`;
};

/** Ignores errors of `prefetch`. Moleculer does not await it, so a connection that breaks meanwhile would end the process with an unhandled rejection. */
const withQuietPrefetch = (connection: Connection): Connection => {
	const createChannel = connection.createChannel.bind(connection);
	connection.createChannel = async () => {
		const channel = await createChannel();
		const prefetch = channel.prefetch.bind(channel);
		channel.prefetch = (count) => prefetch(count).catch(() => undefined);
		return channel;
	};
	return connection;
};

const isResponse = (packet: unknown): boolean => (packet as Packet).type === RESPONSE;

/** The error that Moleculer uses for a missing connection. */
class BrokerUnavailableError extends Errors.MoleculerRetryableError {
	constructor() {
		super("RabbitMQ is not connected", 502, "BAD_GATEWAY");
	}
}

/**
 * Moleculer's AMQP transporter with these changes (docs/adr/0013):
 *
 * - Nagle's algorithm is off.
 * - A request is acknowledged when it is sent to its node, so it runs at most once, also if the connection breaks.
 * - A request to a departed node is returned at once and fails with REQUEST_REJECTED instead of timing out.
 * - If the channel breaks, the connection is closed and reopened, so a node that cannot receive does not stay in the registry.
 * - Reconnection starts after 0.1 seconds and backs off to 2 seconds, instead of every 5 seconds.
 * - A response that is ready while the connection is lost waits for the next one, up to 30 seconds.
 * - Queues of a departed node are deleted after 30 seconds.
 */
export class AmqpTransporter extends Transporters.AMQP {
	/** Resolved when the next connection is open. */
	private next = Promise.withResolvers<undefined>();

	constructor(
		url: string,
		private readonly presence: Presence,
	) {
		super({
			url: [withHeartbeat(url)],
			prefetch: PREFETCH,
			autoDeleteQueues: LINGER_MS,
			exchangeOptions: { autoDelete: true },
			consumeOptions: { noAck: true },
			...{ socketOptions: { noDelay: true, keepAlive: true, timeout: CONNECT_MS } },
		});
		let held: Connection | null = null;
		Object.defineProperty(this, "connection", {
			get: () => held,
			set: (made: Connection | null) => (held = made && withQuietPrefetch(made)),
		});
	}

	override init(...[transit, listen, afterConnect]: Parameters<Transporters.Base["init"]>): void {
		const receive = (cmd: string, packet: unknown): unknown => {
			const sender = (packet as Packet | null)?.payload?.sender;
			if (sender !== undefined) {
				// Each packet type has its own queue, so packets sent before a disconnect may arrive after it.
				if (this.presence.hasLeft(sender) && (cmd === INFO || cmd === HEARTBEAT)) return undefined;
				if (cmd === DISCONNECT) this.presence.left(sender);
				this.presence.heard(sender);
			}
			return (listen as Listen)(cmd, packet);
		};
		super.init(transit, receive, afterConnect);
		const publish = transit.publish.bind(transit);
		transit.publish = (packet) => (isResponse(packet) ? this.sendResponse(() => publish(packet)) : publish(packet));
	}

	/** Sends a response, and waits for another connection as often as the current one breaks, up to LINGER_MS. */
	private async sendResponse(send: () => Promise<void>): Promise<void> {
		const until = Date.now() + LINGER_MS;
		for (;;) {
			if (this.connected)
				try {
					await send();
					return;
				} catch (cause) {
					if (!(cause instanceof BrokerUnavailableError)) throw cause;
				}
			if (this.transit.disconnecting || Date.now() >= until) throw new BrokerUnavailableError();
			await settleWithin(until - Date.now(), this.next.promise, { ref: false });
		}
	}

	override async connect(): Promise<void> {
		for (let attempt = 0; !this.transit.disconnecting; attempt++) {
			if (attempt > 0) await pause(Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), MAX_RETRY_MS));
			try {
				this.bindings = [];
				await this.connectOnce(() => void this.connect());
				return;
			} catch {
				// Moleculer has logged the error. A connection without a channel cannot be used.
				await this.close();
			}
		}
	}

	/** @param lost called if the connection breaks after it was opened */
	private connectOnce(lost: () => void): Promise<void> {
		return (super.connect as (lost: () => void) => Promise<void>).call(this, lost);
	}

	private async close(): Promise<void> {
		await (this.connection as { close(): Promise<void> } | null)?.close().catch(() => undefined); // the connection is already closed
	}

	override async onConnected(wasReconnect: boolean): Promise<void> {
		const channel = this.channel as Channel;
		channel.once("close", () => {
			if (!this.channelDisconnecting) void this.close();
		});
		channel.removeAllListeners("return"); // Moleculer's listener would log the content
		channel.on("return", ({ fields }) => {
			this.returned(fields.routingKey);
		});
		const connected = super.onConnected(wasReconnect);
		this.next.resolve(undefined);
		this.next = Promise.withResolvers();
		await connected;
		if (wasReconnect) await this.transit.sendPing(); // nodes that counted this one as gone update their registries
	}

	/** A node's queue is deleted with its connection. A node without one has crashed or is disconnected. */
	private returned(queue: string): void {
		const nodeID = [REQUEST, PING]
			.map((cmd) => `${this.getTopicName(cmd)}.`)
			.flatMap((start) => (queue.startsWith(start) ? [queue.slice(start.length)] : []))[0];
		if (nodeID === undefined) return;
		this.presence.lost(nodeID);
		this.broker.registry.nodes.disconnected(nodeID, true);
		this.transit.removePendingRequestByNodeID(nodeID); // also for a node that was removed before
	}

	override async disconnect(): Promise<void> {
		const answers = this.getTopicName(RESPONSE, this.nodeID);
		await (this.channel as Channel | null)?.deleteQueue(answers).catch(() => undefined); // the connection is lost: the queue expires
		await super.disconnect();
	}

	/** Moleculer reports the error of a failed subscription to every sender until it subscribes again. That error must say only that there is no connection. */
	override async makeSubscriptions(...topics: Parameters<Transporters.Base["makeSubscriptions"]>): Promise<void> {
		try {
			await super.makeSubscriptions(...topics);
		} catch {
			throw new BrokerUnavailableError();
		}
	}

	/**
	 * Responses are acknowledged on receipt, all other packets when they are sent. A response that is lost with a connection is delivered again, and
	 * a duplicate response is harmless.
	 */
	override async subscribe(cmd: string, nodeID?: string): Promise<void> {
		if (cmd !== RESPONSE || nodeID === undefined) return super.subscribe(cmd, nodeID);
		const channel = this.channel as Channel | null;
		if (!channel) return;
		const handle = this._consumeCB(cmd);
		let unacknowledged: Message | undefined;
		const acknowledge = (): void => {
			try {
				channel.ack(unacknowledged!, true);
			} catch {
				// IllegalOperationError: the channel is closed, and the server delivers the messages again
			}
			unacknowledged = undefined;
		};
		const queue = this.getTopicName(cmd, nodeID);
		await channel.assertQueue(queue, this._getQueueOptions(cmd));
		await channel.consume(queue, (message) => {
			handle(message);
			if (!message) return;
			if (!unacknowledged) setImmediate(acknowledge);
			unacknowledged = message;
		});
	}

	override _getQueueOptions(cmd: string): object {
		return cmd === RESPONSE ? { expires: LINGER_MS } : { expires: LINGER_MS, autoDelete: true };
	}

	override _consumeCB(cmd: string): (message: Message | null) => void {
		const handle = super._consumeCB(cmd, false);
		return (message) => {
			if (message) void handle(message);
			else if (!this.transit.disconnecting) void this.close(); // the server has cancelled the consumer
		};
	}

	override async prepublish(packet: Parameters<typeof this.publish>[0]): Promise<void> {
		const { type, payload } = packet as Packet;
		try {
			await super.prepublish(packet);
		} catch (cause) {
			// No response will arrive for a request that was not sent.
			if (type === REQUEST && payload?.id !== undefined) this.transit.removePendingRequest(payload.id);
			throw cause;
		}
	}

	/** Resolves when the channel can buffer more messages. */
	override async send(topic: string, data: Buffer, { packet, balanced }: { packet: Packet; balanced?: boolean }): Promise<void> {
		const channel = this.channel as Channel | null;
		if (!channel) throw new BrokerUnavailableError();
		const isTargeted = typeof packet.target === "string";
		const mandatory = isTargeted && (packet.type === REQUEST || packet.type === PING);
		let hasRoom: boolean;
		try {
			hasRoom =
				isTargeted || balanced === true ? channel.sendToQueue(topic, data, { mandatory }) : channel.publish(topic, "", data, {});
		} catch {
			throw new BrokerUnavailableError(); // IllegalOperationError: the channel is closing
		}
		if (hasRoom) return;
		await new Promise<void>((resolve) => {
			channel.once("drain", resolve).once("close", resolve);
		});
	}
}
