import { Discoverers } from "moleculer";
import type { Presence } from "./presence";
import { redisOptions } from "./redis-options";

interface Client {
	readonly status: string;
	expire(key: string, seconds: number): Promise<number>;
	disconnect(): void;
}

export const HEARTBEAT_SECONDS = 2;
export const HEARTBEAT_TIMEOUT_SECONDS = 6;

const INFO_SECONDS = 3_600;
/** Two heartbeats and a margin: a node that was silent for longer counts as dead. */
const MAX_SILENCE_MS = 5_000;
const COMMAND_MS = 2_000;
const MAX_RETRY_MS = 1_000;
/** Keys that one SCAN looks at. Each heartbeat scans all keys of the Redis, sessions included, so small steps cost many commands. */
const SCAN_LENGTH = 1_000;

/**
 * Moleculer's Redis discoverer, extended to tolerate a Redis that is unavailable, restarted or emptied (docs/adr/0013). Redis lists the nodes. A node
 * that is missing from the list is pinged over the transporter before it counts as gone. Changes are also sent to all nodes directly, so no node waits for
 * the next heartbeat.
 */
export class RedisDiscoverer extends Discoverers.Redis {
	declare client: Client;
	declare INFO_KEY: string;
	/** Nodes that are missing in Redis without a disconnect message, with the time of the first miss. */
	private readonly missingSince = new Map<string, number>();

	private lastHeartbeat: Promise<void> = Promise.resolve();
	/** The node has announced its departure. It must send no further heartbeats, or other nodes would discover it again. */
	private isLeaving = false;

	constructor(
		url: string,
		private readonly presence: Presence,
	) {
		super({
			redis: {
				...redisOptions(url),
				// A failed command is repeated with the next heartbeat.
				maxRetriesPerRequest: 0,
				enableOfflineQueue: false,
				commandTimeout: COMMAND_MS,
				retryStrategy: (times: number) => Math.min(times * 100, MAX_RETRY_MS),
			},
			heartbeatInterval: HEARTBEAT_SECONDS,
			heartbeatTimeout: HEARTBEAT_TIMEOUT_SECONDS,
			scanLength: SCAN_LENGTH,
			disableHeartbeatChecks: true,
			fullCheck: 0, // a full check fetches unused data, and its errors are unhandled rejections
		});
	}

	private get isReady(): boolean {
		return this.client.status === "ready";
	}

	override sendHeartbeat(): Promise<void> {
		this.lastHeartbeat = this.isReady && !this.isLeaving ? this.sendOneHeartbeat() : Promise.resolve();
		return this.lastHeartbeat;
	}

	private async sendOneHeartbeat(): Promise<void> {
		// A Redis that was emptied or restarted has lost this node's services.
		const known = await this.client.expire(this.INFO_KEY, INFO_SECONDS).catch(() => undefined); // Redis is unavailable: the next heartbeat tries again
		if (this.isLeaving) return;
		if (known === 0) await this.sendLocalNodeInfo();
		else if (known !== undefined) await super.sendHeartbeat();
	}

	override async sendLocalNodeInfo(nodeID?: string): Promise<void> {
		if (this.isReady) await super.sendLocalNodeInfo(nodeID);
		if (nodeID === undefined) await this.transit?.sendNodeInfo(this.broker.getLocalNodeInfo());
	}

	override async discoverAllNodes(): Promise<void> {
		if (this.isReady) await this.collectOnlineNodes().catch(() => undefined); // Redis is unavailable: the next round tries again
	}

	override heartbeatReceived(nodeID: string, payload: Record<string, unknown>): void {
		this.missingSince.delete(nodeID);
		if (!this.presence.isLost(nodeID)) super.heartbeatReceived(nodeID, payload);
	}

	override async discoverNode(nodeID: string): Promise<void> {
		await super.discoverNode(nodeID).catch(() => undefined); // the next heartbeat retries
	}

	/** @param isUnexpected true if the node is missing in Redis; false if it announced its departure */
	override remoteNodeDisconnected(nodeID: string, isUnexpected: boolean): void {
		if (isUnexpected && this.mayBeAlive(nodeID)) return;
		this.missingSince.delete(nodeID);
		if (!isUnexpected) this.presence.lost(nodeID);
		super.remoteNodeDisconnected(nodeID, isUnexpected);
	}

	/**
	 * Pings the node. A dead node has no queue, so the ping is returned and the node is removed. A node that hangs stays silent for too long.
	 */
	private mayBeAlive(nodeID: string): boolean {
		const now = performance.now();
		const since = this.missingSince.get(nodeID) ?? now;
		this.missingSince.set(nodeID, since);
		void this.transit?.sendPing(nodeID);
		return Math.min(now - since, this.presence.silentMs(nodeID)) < MAX_SILENCE_MS;
	}

	/** Disables Moleculer's timer: each heartbeat renews the expiry of this node's entry. */
	override recreateInfoUpdateTimer(): void {
		clearTimeout(this.infoUpdateTimer);
	}

	override async localNodeDisconnected(): Promise<void> {
		this.isLeaving = true;
		await this.lastHeartbeat.catch(() => undefined);
		if (this.isReady)
			await super.localNodeDisconnected().catch(() => undefined); // the remaining entries expire
		else await this.transit?.sendDisconnectPacket();
	}

	override async stop(): Promise<void> {
		this.stopHeartbeatTimers();
		this.client.disconnect();
	}
}
