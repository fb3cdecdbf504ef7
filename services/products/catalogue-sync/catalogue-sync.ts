import type { Context, Service, ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { subscription, type Subscription } from "@mixins/events/event-bus";
import type { Caller, EventContract } from "@kernel/contract";
import { job, type Job } from "@mixins/async/periodic-job";
import { inSlices, timeSlice } from "@mixins/async/time-slice";
import { InventoryEvents } from "@services/inventory/inventory.contract";
import type { Announcer, Hint } from "./change-notifier";
import { fromNowOn } from "../../../mixins/async/run-after-request";
import { gaps } from "./sequence-gaps";
import { CATALOGUE_CHANGED, CATALOGUE_PULSE, ProductEvents } from "../products.contract";
import { changedSince } from "../products.store";
import { ticks, type Pulse, type Said } from "./heartbeat";
import type { Shelf } from "../context";
import type { Stocktaking } from "./stock-sync";

const INVENTORY_WAIT_MS = 5_000;
const POLL_MS = 20;
const RETRY_MS = 1_000;
const STOCKTAKING_MS = 60_000;
/** After a hint that too much has changed to name it, or one that was lost. */
const STOCKTAKING_SOON_MS = 5_000;
/** Whoever keeps pages believes them for less than two seconds after the begin of a look. */
const LOOK_MS = 500;
/** Products tell when they were changed by the clock of their node, a little before the commit. */
const OVERLAP_MS = 5_000;
/** Now and then for what a node with a wrong clock, or an ill store, made known very late. */
const WIDE_LOOK_MS = 30_000;
const WIDE_OVERLAP_MS = 60_000;

/** How the catalogue comes to hold what the store holds, and stays so. */
export interface Freshness {
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
export const freshness = (
	shelf: Shelf,
	stocks: Stocktaking,
	{ announce, pulse }: { readonly announce: Announcer; readonly pulse: Pulse },
	{ clock, log }: Pick<Runtime, "clock" | "log">,
): Freshness => {
	const { catalogue, collection, exclusive } = shelf;
	const jobs: Job[] = [];
	const lost = gaps();
	let looking: Job | undefined;
	let counting: Job | undefined;
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
			if (catalogue.put(state, version)) announce.product(state.id);
		}
	};
	const look = async (): Promise<void> => {
		const [began, at] = [ticks(), clock()];
		await takeSince(Math.min(lookedAt, at) - OVERLAP_MS);
		lookedAt = at;
		pulse.looked(began);
	};
	const lookAfresh = fromNowOn(look);
	const lookWide = (): Promise<void> => takeSince(clock() - WIDE_OVERLAP_MS - WIDE_LOOK_MS);
	const passOn = (event: EventContract, name: string) =>
		subscription({
			name,
			event,
			async handle({ subject }) {
				await refresh(subject);
				announce.product(subject);
			},
		});
	/** Nobody says what: products are looked at in any case, and stock is counted. */
	const missed = (): void => {
		isStockStale = true;
		looking?.wake();
		counting?.wake();
	};
	const heard = async ({ products, skus, all }: Hint): Promise<void> => {
		for (const { sku, available } of skus) stocks.told(sku, available);
		await inSlices(products, refresh);
		if (all) missed();
	};
	const failed = (what: string) => (cause: unknown) => {
		log.warn(`${what}; it is tried again`, { cause });
	};

	return {
		subscriptions: [
			subscription({
				name: "products.stock",
				event: InventoryEvents.availabilityChanged,
				handle: ({ data: { sku } }) => stocks.look(asking!, sku),
			}),
			...(exclusive ? [] : [passOn(ProductEvents.changed, "products.changed"), passOn(ProductEvents.removed, "products.removed")]),
		],
		events: exclusive
			? {}
			: {
					[CATALOGUE_CHANGED]: ({ params, nodeID, broker }: Context<Hint>) => {
						if (nodeID === broker.nodeID) return undefined;
						if (lost.hint(nodeID!, params.number)) missed();
						return heard(params);
					},
					[CATALOGUE_PULSE]: ({ params, nodeID, broker }: Context<Said>) => {
						if (nodeID !== broker.nodeID && lost.pulse(nodeID!, params.hints)) missed();
					},
				},

		catchUp: () => (exclusive ? Promise.resolve() : lookAfresh()),

		async start({ broker }) {
			asking = broker;
			announce.connect(broker);
			const began = ticks();
			lookedAt = clock();
			await catalogue.fill(collection.all());
			pulse.start(broker);
			pulse.looked(began);
			let takenAt: number | undefined;
			const takeStock = async (): Promise<void> => {
				const afterMs = isStockStale ? STOCKTAKING_SOON_MS : STOCKTAKING_MS;
				if (takenAt !== undefined && (exclusive || ticks() - takenAt < afterMs)) return;
				isStockStale = false;
				takenAt = ticks();
				await stocks.take(broker).catch((cause: unknown) => {
					takenAt = undefined;
					throw cause;
				});
			};
			await broker
				.waitForServices("inventory", INVENTORY_WAIT_MS, POLL_MS)
				.then(takeStock)
				.catch(failed("the catalogue starts without stock"));
			counting = job(RETRY_MS, takeStock, failed("the stock of the catalogue could not be read"));
			jobs.push(counting);
			if (!exclusive) {
				const unread = failed("what other nodes changed could not be read");
				looking = job(LOOK_MS, look, unread);
				jobs.push(looking, job(WIDE_LOOK_MS, lookWide, unread));
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
