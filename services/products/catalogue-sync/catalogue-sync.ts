import type { Context, Service, ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { subscription, type Subscription } from "@mixins/events/event-bus";
import type { Caller, EventContract } from "@kernel/contract";
import { periodicJob, type PeriodicJob } from "@mixins/async/periodic-job";
import { inSlices, timeSlice } from "@mixins/async/time-slice";
import { InventoryEvents } from "@services/inventory/inventory.contract";
import type { ChangeNotifier, ChangeHint } from "./change-notifier";
import { runAfterRequest } from "@mixins/async/run-after-request";
import { sequenceGaps } from "./sequence-gaps";
import { CATALOGUE_CHANGED, CATALOGUE_PULSE, ProductEvents } from "../products.contract";
import { changedSince } from "../products.store";
import { monotonicMs, type CatalogueHeartbeat, type Heartbeat } from "./heartbeat";
import type { ProductsContext } from "../context";
import type { StockSync } from "./stock-sync";

const INVENTORY_WAIT_MS = 5_000;
const POLL_MS = 20;
const RETRY_MS = 1_000;
const STOCK_REFRESH_MS = 60_000;
/** Interval after a hint without details or a lost hint. */
const STALE_STOCK_REFRESH_MS = 5_000;
/** Page caches trust a page for less than 2 s after the start of a poll, so a poll must run well within that time. */
const POLL_INTERVAL_MS = 500;
/** Tolerance for clock differences and for the delay between a change's timestamp and its commit. */
const OVERLAP_MS = 5_000;
/** Interval of a poll over a wider window. It finds changes that a wrong clock or a slow store made visible late. */
const WIDE_POLL_INTERVAL_MS = 30_000;
const WIDE_OVERLAP_MS = 60_000;

/** Loads the catalogue from the store and keeps it current. */
export interface CatalogueSync {
	readonly subscriptions: readonly Subscription<EventContract>[];
	readonly events: NonNullable<ServiceSchema["events"]>;
	/** Resolves when the catalogue contains every change committed before the call, by any node. */
	catchUp(): Promise<void>;
	start(service: Service): Promise<void>;
	stop(): Promise<void>;
}

/**
 * Loads the documents at start. Commits of this node are applied at once. Changes of other nodes arrive as hints, which may be lost, and
 * through a poll of recently changed documents twice a second. One node handles each durable event and broadcasts a hint to all nodes.
 */
export const catalogueSync = (
	context: ProductsContext,
	stocks: StockSync,
	{ notifier, heartbeat }: { readonly notifier: ChangeNotifier; readonly heartbeat: CatalogueHeartbeat },
	{ clock, log }: Pick<Runtime, "clock" | "log">,
): CatalogueSync => {
	const { catalogue, collection, exclusive } = context;
	const jobs: PeriodicJob[] = [];
	const gaps = sequenceGaps();
	let pollJob: PeriodicJob | undefined;
	let stockJob: PeriodicJob | undefined;
	let polledAt = clock();
	let isStockStale = false;
	/** Set by `start`, which runs before any subscription delivers events. */
	let caller: Caller | undefined;

	const refresh = async (id: string): Promise<void> => {
		const found = await collection.load(id);
		if (found) catalogue.put(found.state, found.version);
	};
	const applyChangesSince = async (since: number): Promise<void> => {
		for await (const { state, version } of changedSince(collection, since)) {
			await timeSlice();
			if (catalogue.put(state, version)) notifier.productChanged(state.id);
		}
	};
	const pollChanges = async (): Promise<void> => {
		const [began, at] = [monotonicMs(), clock()];
		await applyChangesSince(Math.min(polledAt, at) - OVERLAP_MS);
		polledAt = at;
		heartbeat.refreshed(began);
	};
	const pollAfresh = runAfterRequest(pollChanges);
	const pollWideWindow = (): Promise<void> => applyChangesSince(clock() - WIDE_OVERLAP_MS - WIDE_POLL_INTERVAL_MS);
	const forwardAsHint = (event: EventContract, name: string) =>
		subscription({
			name,
			event,
			async handle({ subject }) {
				await refresh(subject);
				notifier.productChanged(subject);
			},
		});
	/** Used when it is unknown what changed: polls the products and refreshes all stock. */
	const resync = (): void => {
		isStockStale = true;
		pollJob?.wake();
		stockJob?.wake();
	};
	const applyHint = async ({ products, skus, all }: ChangeHint): Promise<void> => {
		for (const { sku, available } of skus) stocks.applyHint(sku, available);
		await inSlices(products, refresh);
		if (all) resync();
	};
	const warnAndRetry = (message: string) => (cause: unknown) => {
		log.warn(`${message}; retrying`, { err: cause });
	};

	return {
		subscriptions: [
			subscription({
				name: "products.stock",
				event: InventoryEvents.availabilityChanged,
				handle: ({ data: { sku } }) => stocks.pollChanges(caller!, sku),
			}),
			...(exclusive
				? []
				: [forwardAsHint(ProductEvents.changed, "products.changed"), forwardAsHint(ProductEvents.removed, "products.removed")]),
		],
		events: exclusive
			? {}
			: {
					[CATALOGUE_CHANGED]: ({ params, nodeID, broker }: Context<ChangeHint>) => {
						if (nodeID === broker.nodeID) return undefined;
						if (gaps.hint(nodeID!, params.number)) resync();
						return applyHint(params);
					},
					[CATALOGUE_PULSE]: ({ params, nodeID, broker }: Context<Heartbeat>) => {
						if (nodeID !== broker.nodeID && gaps.pulse(nodeID!, params.hints)) resync();
					},
				},

		catchUp: () => (exclusive ? Promise.resolve() : pollAfresh()),

		async start({ broker }) {
			caller = broker;
			notifier.connect(broker);
			const began = monotonicMs();
			polledAt = clock();
			await catalogue.fill(collection.all());
			heartbeat.start(broker);
			heartbeat.refreshed(began);
			let refreshedAt: number | undefined;
			const refreshStock = async (): Promise<void> => {
				const afterMs = isStockStale ? STALE_STOCK_REFRESH_MS : STOCK_REFRESH_MS;
				if (refreshedAt !== undefined && (exclusive || monotonicMs() - refreshedAt < afterMs)) return;
				isStockStale = false;
				refreshedAt = monotonicMs();
				await stocks.refreshAll(broker).catch((cause: unknown) => {
					refreshedAt = undefined;
					throw cause;
				});
			};
			await broker
				.waitForServices("inventory", INVENTORY_WAIT_MS, POLL_MS)
				.then(refreshStock)
				.catch(warnAndRetry("loading stock at start failed"));
			stockJob = periodicJob(RETRY_MS, refreshStock, warnAndRetry("refreshing stock failed"));
			jobs.push(stockJob);
			if (!exclusive) {
				const warnPollFailed = warnAndRetry("polling for changed products failed");
				pollJob = periodicJob(POLL_INTERVAL_MS, pollChanges, warnPollFailed);
				jobs.push(pollJob, periodicJob(WIDE_POLL_INTERVAL_MS, pollWideWindow, warnPollFailed));
			}
			for (const each of jobs) each.start();
		},
		async stop() {
			notifier.stop();
			heartbeat.stop();
			await Promise.all(jobs.map((each) => each.stop()));
		},
	};
};
