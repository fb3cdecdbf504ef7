import type { Context, Service, ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { subscription, type Subscription } from "@mixins/events/event-bus";
import type { Caller, EventContract } from "@kernel/contract";
import { periodicJob, type PeriodicJob } from "@mixins/async/periodic-job";
import { inSlices, timeSlice } from "@mixins/async/time-slice";
import { InventoryEvents } from "@services/inventory/inventory.contract";
import type { ChangeNotifier, ChangeHint } from "./change-notifier";
import { runAfterRequest } from "../../../mixins/async/run-after-request";
import { sequenceGaps } from "./sequence-gaps";
import { CATALOGUE_CHANGED, CATALOGUE_PULSE, ProductEvents } from "../products.contract";
import { changedSince } from "../products.store";
import { monotonicMs, type CatalogueHeartbeat, type Heartbeat } from "./heartbeat";
import type { ProductsContext } from "../context";
import type { StockSync } from "./stock-sync";

const INVENTORY_WAIT_MS = 5_000;
const POLL_MS = 20;
const RETRY_MS = 1_000;
const STOCKTAKING_MS = 60_000;
/** After a hint that too much has changed to name it, or one that was lost. */
const STOCKTAKING_SOON_MS = 5_000;
/** Whoever keeps pages believes them for less than two seconds after the begin of a look. */
const POLL_INTERVAL_MS = 500;
/** Products tell when they were changed by the clock of their node, a little before the commit. */
const OVERLAP_MS = 5_000;
/** Now and then for what a node with a wrong clock, or an ill store, made known very late. */
const WIDE_LOOK_MS = 30_000;
const WIDE_OVERLAP_MS = 60_000;

/** How the catalogue comes to hold what the store holds, and stays so. */
export interface CatalogueSync {
	readonly subscriptions: readonly Subscription<EventContract>[];
	readonly events: NonNullable<ServiceSchema["events"]>;
	/** Resolves when what was committed before the call is known here, whoever committed it. */
	catchUp(): Promise<void>;
	start(service: Service): Promise<void>;
	stop(): Promise<void>;
}

/**
 * Built from the documents at start. What this node commits is seen at once. Where there are other nodes, what they commit is heard of by hints,
 * which may be lost, and by a look at what was changed lately, twice a second; one of the nodes takes each durable event and passes it on to all.
 */
export const catalogueSync = (
	shelf: ProductsContext,
	stocks: StockSync,
	{ announce, pulse }: { readonly announce: ChangeNotifier; readonly pulse: CatalogueHeartbeat },
	{ clock, log }: Pick<Runtime, "clock" | "log">,
): CatalogueSync => {
	const { catalogue, collection, exclusive } = shelf;
	const jobs: PeriodicJob[] = [];
	const lost = sequenceGaps();
	let looking: PeriodicJob | undefined;
	let counting: PeriodicJob | undefined;
	let lookedAt = clock();
	let isStockStale = false;
	/** Known before anything is subscribed to. */
	let asking: Caller | undefined;

	const refresh = async (id: string): Promise<void> => {
		const found = await collection.load(id);
		if (found) catalogue.put(found.state, found.version);
	};
	const takeSince = async (since: number): Promise<void> => {
		for await (const { state, version } of changedSince(collection, since)) {
			await timeSlice();
			if (catalogue.put(state, version)) announce.productChanged(state.id);
		}
	};
	const pollChanges = async (): Promise<void> => {
		const [began, at] = [monotonicMs(), clock()];
		await takeSince(Math.min(lookedAt, at) - OVERLAP_MS);
		lookedAt = at;
		pulse.refreshed(began);
	};
	const lookAfresh = runAfterRequest(pollChanges);
	const pollWideWindow = (): Promise<void> => takeSince(clock() - WIDE_OVERLAP_MS - WIDE_LOOK_MS);
	const passOn = (event: EventContract, name: string) =>
		subscription({
			name,
			event,
			async handle({ subject }) {
				await refresh(subject);
				announce.productChanged(subject);
			},
		});
	/** Nobody says what: products are looked at in any case, and stock is counted. */
	const resync = (): void => {
		isStockStale = true;
		looking?.wake();
		counting?.wake();
	};
	const applyHint = async ({ products, skus, all }: ChangeHint): Promise<void> => {
		for (const { sku, available } of skus) stocks.applyHint(sku, available);
		await inSlices(products, refresh);
		if (all) resync();
	};
	const failed = (what: string) => (cause: unknown) => {
		log.warn(`${what}; retrying`, { err: cause });
	};

	return {
		subscriptions: [
			subscription({
				name: "products.stock",
				event: InventoryEvents.availabilityChanged,
				handle: ({ data: { sku } }) => stocks.pollChanges(asking!, sku),
			}),
			...(exclusive ? [] : [passOn(ProductEvents.changed, "products.changed"), passOn(ProductEvents.removed, "products.removed")]),
		],
		events: exclusive
			? {}
			: {
					[CATALOGUE_CHANGED]: ({ params, nodeID, broker }: Context<ChangeHint>) => {
						if (nodeID === broker.nodeID) return undefined;
						if (lost.hint(nodeID!, params.number)) resync();
						return applyHint(params);
					},
					[CATALOGUE_PULSE]: ({ params, nodeID, broker }: Context<Heartbeat>) => {
						if (nodeID !== broker.nodeID && lost.pulse(nodeID!, params.hints)) resync();
					},
				},

		catchUp: () => (exclusive ? Promise.resolve() : lookAfresh()),

		async start({ broker }) {
			asking = broker;
			announce.connect(broker);
			const began = monotonicMs();
			lookedAt = clock();
			await catalogue.fill(collection.all());
			pulse.start(broker);
			pulse.refreshed(began);
			let takenAt: number | undefined;
			const takeStock = async (): Promise<void> => {
				const afterMs = isStockStale ? STOCKTAKING_SOON_MS : STOCKTAKING_MS;
				if (takenAt !== undefined && (exclusive || monotonicMs() - takenAt < afterMs)) return;
				isStockStale = false;
				takenAt = monotonicMs();
				await stocks.refreshAll(broker).catch((cause: unknown) => {
					takenAt = undefined;
					throw cause;
				});
			};
			await broker
				.waitForServices("inventory", INVENTORY_WAIT_MS, POLL_MS)
				.then(takeStock)
				.catch(failed("loading stock at start failed"));
			counting = periodicJob(RETRY_MS, takeStock, failed("refreshing stock failed"));
			jobs.push(counting);
			if (!exclusive) {
				const unread = failed("polling for changed products failed");
				looking = periodicJob(POLL_INTERVAL_MS, pollChanges, unread);
				jobs.push(looking, periodicJob(WIDE_LOOK_MS, pollWideWindow, unread));
			}
			for (const each of jobs) each.start();
		},
		async stop() {
			announce.stop();
			pulse.stop();
			await Promise.all(jobs.map((each) => each.stop()));
		},
	};
};
