import { setTimeout as pause } from "node:timers/promises";
import { Errors, Transporters } from "moleculer";
import { settleWithin } from "@mixins/async/timeout";
import type { Presence } from "./presence";

/** What is used of amqplib, which brings no types. */
interface Channel {
	sendToQueue(queue: string, content: Buffer, options: object): boolean;
	publish(exchange: string, routingKey: string, content: Buffer, options: object): boolean;
	assertQueue(queue: string, options: object): Promise<unknown>;
	deleteQueue(queue: string): Promise<unknown>;
	consume(queue: string, take: (message: Message | null) => void): Promise<unknown>;
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
	/** Nobody in particular: what is for all has null here, or nothing. */
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

/** Answers that the server may have on their way to one node. Requests are acknowledged as they are sent. */
const PREFETCH = 1_000;
const CONNECT_MS = 5_000;
const HEARTBEAT_SECONDS = 10;
/** How long what belongs to a node that is gone stays at the server; and how long an answer waits for its way back. */
const LINGER_MS = 30_000;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 2_000;

/** Half-open connections are noticed within two of these. */
const withHeartbeat = (url: string): string => {
	if (/[?&]heartbeat=/.test(url)) return url;
	return `${url}${url.includes("?") ? "&" : "?"}heartbeat=${HEARTBEAT_SECONDS}`;
};

/** Moleculer sets the prefetch and does not wait for it: that it could not be set, since the connection broke, would end the process. */
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

const isAnswer = (packet: unknown): boolean => (packet as Packet).type === RESPONSE;

/** As Moleculer says it where it has no connection. */
class BrokerUnavailableError extends Errors.MoleculerRetryableError {
	constructor() {
		super("RabbitMQ is not connected", 502, "BAD_GATEWAY");
	}
}

/**
 * Moleculer's AMQP transporter, tamed (docs/adr/0013):
 *
 * - no waiting for Nagle's algorithm;
 * - a request is acknowledged when it is sent to its node, so it runs once or never, whatever happens to the connection;
 * - what is sent to a node that is gone comes back at once, and is refused with REQUEST_REJECTED instead of waiting for its time-out;
 * - where the channel breaks, the connection is closed and made again: a node that is deaf does not stay in the registry;
 * - it tries again within moments, not every 5 seconds;
 * - an answer that is ready while the connection is away waits for it;
 * - nothing of a node that is gone stays at the server for more than half a minute.
 */
export class AmqpTransporter extends Transporters.AMQP {
	/** Of the next connection: resolved when there is one. */
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
		const hear = (cmd: string, packet: unknown): unknown => {
			const sender = (packet as Packet | null)?.payload?.sender;
			if (sender !== undefined) {
				// Each kind comes by a queue of its own: what was said before a goodbye may come after it.
				if (this.presence.hasLeft(sender) && (cmd === INFO || cmd === HEARTBEAT)) return undefined;
				if (cmd === DISCONNECT) this.presence.left(sender);
				this.presence.heard(sender);
			}
			return (listen as Listen)(cmd, packet);
		};
		super.init(transit, hear, afterConnect);
		const publish = transit.publish.bind(transit);
		transit.publish = (packet) => (isAnswer(packet) ? this.answer(() => publish(packet)) : publish(packet));
	}

	/** What has been done is told, whatever happens to the connection: also where the next one breaks as well, while it is made. */
	private async answer(send: () => Promise<void>): Promise<void> {
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
				// It has been logged. A connection whose channel could not be had is of no use.
				await this.close();
			}
		}
	}

	/** @param lost told where the connection breaks after it was made */
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
		channel.removeAllListeners("return"); // it would log what was sent
		channel.on("return", ({ fields }) => {
			this.returned(fields.routingKey);
		});
		const told = super.onConnected(wasReconnect);
		this.next.resolve(undefined);
		this.next = Promise.withResolvers();
		await told;
		if (wasReconnect) await this.transit.sendPing(); // whoever took us for gone hears that we are not
	}

	/** A node's mailbox goes with its connection: who has none is dead, or not connected just now. */
	private returned(queue: string): void {
		const nodeID = [REQUEST, PING]
			.map((cmd) => `${this.getTopicName(cmd)}.`)
			.flatMap((start) => (queue.startsWith(start) ? [queue.slice(start.length)] : []))[0];
		if (nodeID === undefined) return;
		this.presence.lost(nodeID);
		this.broker.registry.nodes.disconnected(nodeID, true);
		this.transit.removePendingRequestByNodeID(nodeID); // also of one that was given up before
	}

	override async disconnect(): Promise<void> {
		const answers = this.getTopicName(RESPONSE, this.nodeID);
		await (this.channel as Channel | null)?.deleteQueue(answers).catch(() => undefined); // the connection is lost: the queue expires
		await super.disconnect();
	}

	/** Moleculer tells whoever wants to send what came of the last try to subscribe, until there is another: that the connection is away, and no more. */
	override async makeSubscriptions(...topics: Parameters<Transporters.Base["makeSubscriptions"]>): Promise<void> {
		try {
			await super.makeSubscriptions(...topics);
		} catch {
			throw new BrokerUnavailableError();
		}
	}

	/**
	 * Requests and the rest are acknowledged as they are sent. An answer only when it is here: one that was on its way when the connection broke
	 * comes again, and a second one does no harm.
	 */
	override async subscribe(cmd: string, nodeID?: string): Promise<void> {
		if (cmd !== RESPONSE || nodeID === undefined) return super.subscribe(cmd, nodeID);
		const channel = this.channel as Channel | null;
		if (!channel) return;
		const take = this._consumeCB(cmd);
		let unacknowledged: Message | undefined;
		const acknowledge = (): void => {
			try {
				channel.ack(unacknowledged!, true);
			} catch {
				// the channel is gone: they come again
			}
			unacknowledged = undefined;
		};
		const queue = this.getTopicName(cmd, nodeID);
		await channel.assertQueue(queue, this._getQueueOptions(cmd));
		await channel.consume(queue, (message) => {
			take(message);
			if (!message) return;
			if (!unacknowledged) setImmediate(acknowledge);
			unacknowledged = message;
		});
	}

	override _getQueueOptions(cmd: string): object {
		return cmd === RESPONSE ? { expires: LINGER_MS } : { expires: LINGER_MS, autoDelete: true };
	}

	override _consumeCB(cmd: string): (message: Message | null) => void {
		const take = super._consumeCB(cmd, false);
		return (message) => {
			if (message) void take(message);
			else if (!this.transit.disconnecting) void this.close(); // the server has taken the queue from us
		};
	}

	override async prepublish(packet: Parameters<typeof this.publish>[0]): Promise<void> {
		const { type, payload } = packet as Packet;
		try {
			await super.prepublish(packet);
		} catch (cause) {
			// What was never sent is not waited for.
			if (type === REQUEST && payload?.id !== undefined) this.transit.removePendingRequest(payload.id);
			throw cause;
		}
	}

	/** Resolves when there is room for more. */
	override async send(topic: string, data: Buffer, { packet, balanced }: { packet: Packet; balanced?: boolean }): Promise<void> {
		const channel = this.channel as Channel | null;
		if (!channel) throw new BrokerUnavailableError();
		const isTargeted = typeof packet.target === "string";
		const mandatory = isTargeted && (packet.type === REQUEST || packet.type === PING);
		let roomy: boolean;
		try {
			roomy =
				isTargeted || balanced === true ? channel.sendToQueue(topic, data, { mandatory }) : channel.publish(topic, "", data, {});
		} catch {
			throw new BrokerUnavailableError(); // it is closing
		}
		if (roomy) return;
		await new Promise<void>((resolve) => {
			channel.once("drain", resolve).once("close", resolve);
		});
	}
}
