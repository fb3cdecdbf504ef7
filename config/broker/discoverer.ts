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
/** Two beats. */
const MAX_SILENCE_MS = 5_000;
const COMMAND_MS = 2_000;
const MAX_RETRY_MS = 1_000;
/** Keys that one SCAN looks at. Each heartbeat scans all keys of the Redis, sessions included, so small steps cost many commands. */
const SCAN_LENGTH = 1_000;

/**
 * Moleculer's Redis discoverer, made to bear a Redis that is away, restarted or emptied (docs/adr/0013). Redis says who may be there; whether a
 * node that it does not know any more is really gone, the node itself is asked, over the transporter. Changes are told to all at once, so nobody
 * has to wait for the next look.
 */
export class RedisDiscoverer extends Discoverers.Redis {
	declare client: Client;
	declare INFO_KEY: string;
	/** Nodes that Redis does not know any more, though nobody has seen them go. */
	private readonly missingSince = new Map<string, number>();

	private beating: Promise<void> = Promise.resolve();
	/** It has said goodbye: it must not be found again by what it says of itself after that. */
	private isLeaving = false;

	constructor(
		url: string,
		private readonly presence: Presence,
	) {
		super({
			redis: {
				...redisOptions(url),
				// What cannot be asked now is asked at the next beat.
				maxRetriesPerRequest: 0,
				enableOfflineQueue: false,
				commandTimeout: COMMAND_MS,
				retryStrategy: (times: number) => Math.min(times * 100, MAX_RETRY_MS),
			},
			heartbeatInterval: HEARTBEAT_SECONDS,
			heartbeatTimeout: HEARTBEAT_TIMEOUT_SECONDS,
			scanLength: SCAN_LENGTH,
			disableHeartbeatChecks: true,
			fullCheck: 0, // it would fetch what nobody reads, and an error on the way is one that nobody catches
		});
	}

	private get isReady(): boolean {
		return this.client.status === "ready";
	}

	override sendHeartbeat(): Promise<void> {
		this.beating = this.isReady && !this.isLeaving ? this.beatOnce() : Promise.resolve();
		return this.beating;
	}

	private async beatOnce(): Promise<void> {
		// A Redis that was emptied, or started anew, has forgotten what we host.
		const known = await this.client.expire(this.INFO_KEY, INFO_SECONDS).catch(() => undefined); // Redis is unavailable: the next beat tries again
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
		await super.discoverNode(nodeID).catch(() => undefined); // the next beat asks again
	}

	/** @param isUnexpected Redis does not know it any more; else it has said goodbye */
	override remoteNodeDisconnected(nodeID: string, isUnexpected: boolean): void {
		if (isUnexpected && this.mayLive(nodeID)) return;
		this.missingSince.delete(nodeID);
		if (!isUnexpected) this.presence.lost(nodeID);
		super.remoteNodeDisconnected(nodeID, isUnexpected);
	}

	/** Asks it: what is dead has no mailbox, and is struck off as soon as the question comes back; what hangs does not respond in time. */
	private mayLive(nodeID: string): boolean {
		const now = performance.now();
		const since = this.missingSince.get(nodeID) ?? now;
		this.missingSince.set(nodeID, since);
		void this.transit?.sendPing(nodeID);
		return Math.min(now - since, this.presence.silentMs(nodeID)) < MAX_SILENCE_MS;
	}

	/** Its timer is not needed: each beat says how long our entry is to stay. */
	override recreateInfoUpdateTimer(): void {
		clearTimeout(this.infoUpdateTimer);
	}

	override async localNodeDisconnected(): Promise<void> {
		this.isLeaving = true;
		await this.beating.catch(() => undefined);
		if (this.isReady)
			await super.localNodeDisconnected().catch(() => undefined); // what is left there runs out
		else await this.transit?.sendDisconnectPacket();
	}

	override async stop(): Promise<void> {
		this.stopHeartbeatTimers();
		this.client.disconnect();
	}
}
