import type { Context, Service, ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { subscription, type Subscription } from "@mixins/events/bus";
import type { EventContract } from "@kernel/contract";
import { job, type Job } from "@mixins/jobs";
import { InventoryEvents } from "@services/inventory/inventory.contract";
import { CATALOGUE_CHANGED, type Announcer, type Hint } from "./announcing";
import { ProductEvents } from "./products.contract";
import { changedSince } from "./products.store";
import type { Shelf } from "./shelf";
import type { Stocktaking } from "./stocktaking";

const INVENTORY_WAIT_MS = 5_000;
const POLL_MS = 20;
const RETRY_MS = 1_000;
const STOCKTAKING_MS = 60_000;
/** After a hint that too much has changed to name it. */
const STOCKTAKING_SOON_MS = 5_000;
/** A product that changed is shown within two seconds, also where its hint was lost. */
const SYNC_MS = 1_000;
/** Documents are written a little after their commits, and clocks of nodes differ. */
const OVERLAP_MS = 60_000;

/** How the catalogue comes to hold what the store holds, and stays so. */
export interface Freshness {
	readonly subscriptions: readonly Subscription<EventContract>[];
	readonly events: NonNullable<ServiceSchema["events"]>;
	start(service: Service): Promise<void>;
	stop(): Promise<void>;
}

/**
 * Built from the documents at start. What this node commits is seen at once. Where there are other nodes, what they commit is heard of by hints,
 * which may be lost, and by a look at what was changed lately; one of the nodes takes each durable event and passes it on to all.
 */
export const freshness = (
	shelf: Shelf,
	stocks: Stocktaking,
	announce: Announcer,
	{ clock, log }: Pick<Runtime, "clock" | "log">,
): Freshness => {
	const { catalogue, collection, exclusive } = shelf;
	const jobs: Job[] = [];
	let syncing: Job | undefined;
	let isStockStale = false;

	const refresh = async (id: string): Promise<void> => {
		const found = await collection.load(id);
		if (found) catalogue.put(found.state, found.version);
	};
	const sync = async (): Promise<void> => {
		for await (const { state, version } of changedSince(collection, clock() - OVERLAP_MS - SYNC_MS))
			if (catalogue.put(state, version)) announce.product(state.id);
	};
	const passOn = (event: EventContract, name: string) =>
		subscription({
			name,
			event,
			async handle({ subject }) {
				await refresh(subject);
				announce.product(subject);
			},
		});
	const heard = async ({ products, skus, all }: Hint): Promise<void> => {
		for (const { sku, available } of skus) stocks.heard(sku, available ? 1 : 0);
		await Promise.all(products.map(refresh));
		if (!all) return;
		isStockStale = true;
		syncing?.wake();
	};
	const failed = (what: string) => (cause: unknown) => {
		log.warn(`${what}; it is tried again`, { cause });
	};

	return {
		subscriptions: [
			subscription({
				name: "products.stock",
				event: InventoryEvents.availabilityChanged,
				async handle({ data: { sku, available } }) {
					stocks.heard(sku, available);
				},
			}),
			...(exclusive ? [] : [passOn(ProductEvents.changed, "products.changed"), passOn(ProductEvents.removed, "products.removed")]),
		],
		events: exclusive
			? {}
			: {
					[CATALOGUE_CHANGED]: ({ params, nodeID, broker }: Context<Hint>) =>
						nodeID === broker.nodeID ? undefined : heard(params),
				},

		async start({ broker }) {
			announce.connect(broker);
			await catalogue.fill(collection.all());
			let takenAt: number | undefined;
			const takeStock = async (): Promise<void> => {
				const afterMs = isStockStale ? STOCKTAKING_SOON_MS : STOCKTAKING_MS;
				if (takenAt !== undefined && (exclusive || clock() - takenAt < afterMs)) return;
				isStockStale = false;
				takenAt = clock();
				await stocks.take(broker).catch((cause: unknown) => {
					takenAt = undefined;
					throw cause;
				});
			};
			await broker
				.waitForServices("inventory", INVENTORY_WAIT_MS, POLL_MS)
				.then(takeStock)
				.catch(failed("the catalogue starts without stock"));
			jobs.push(job(RETRY_MS, takeStock, failed("the stock of the catalogue could not be read")));
			if (!exclusive) {
				syncing = job(SYNC_MS, sync, failed("what other nodes changed could not be read"));
				jobs.push(syncing);
			}
			for (const each of jobs) each.start();
		},
		async stop() {
			announce.stop();
			await Promise.all(jobs.map((each) => each.stop()));
		},
	};
};
