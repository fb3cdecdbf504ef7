import type { ServiceBroker } from "moleculer";
import { CATALOGUE_CHANGED } from "../products.contract";

/** Changes since the previous hint. With `all`, there are too many to list. */
export interface ChangeHint {
	readonly products: readonly string[];
	readonly skus: readonly { readonly sku: string; readonly available: boolean }[];
	readonly all: boolean;
	/** Sequence number per node; each hint's number is one higher than that of the previous hint. */
	readonly number: number;
}

export interface ChangeNotifier {
	connect(broker: ServiceBroker): void;
	/** Records that a page was served which the next change makes stale. */
	pageServed(): void;
	productChanged(id: string): void;
	stockChanged(sku: string, available: boolean): void;
	/** Number of the last hint; 0 before the first. */
	lastHintNumber(): number;
	stop(): void;
}

const MAX_NAMED = 500;
const PAUSE_MS = 20;

/**
 * Notifies page caches of changes, in the same event-loop turn as the change, so that a read after a write sees it.
 *
 * If this node is the only one, no cache can hold a page that was not served since the last hint. No hint is sent then, so an import costs
 * little. If other nodes exist, each hint lists the changes, and at most one hint is sent every 20 ms.
 *
 * @param alone whether no other node serves pages
 */
export const changeNotifier = (alone: boolean): ChangeNotifier => {
	let broker: ServiceBroker | undefined;
	let hasServedPage = true;
	let timer: NodeJS.Timeout | undefined;
	let lastNumber = 0;
	const products = new Set<string>();
	const skus = new Map<string, boolean>();

	const send = (): void => {
		const all = products.size + skus.size > MAX_NAMED;
		const number = ++lastNumber;
		const hint: ChangeHint = all
			? { products: [], skus: [], all, number }
			: { products: [...products], skus: Array.from(skus, ([sku, available]) => ({ sku, available })), all, number };
		products.clear();
		skus.clear();
		void broker?.broadcast(CATALOGUE_CHANGED, hint).catch(() => undefined); // the next heartbeat tells the other nodes
	};

	const sendSoon = (): void => {
		if (timer) return;
		send();
		timer = setTimeout(() => {
			timer = undefined;
			if (products.size + skus.size > 0) sendSoon();
		}, PAUSE_MS).unref();
	};

	const notify = (record: () => void): void => {
		if (alone) {
			if (!hasServedPage) return;
			hasServedPage = false;
			record();
			send();
		} else {
			record();
			sendSoon();
		}
	};

	return {
		connect(connected) {
			broker = connected;
		},
		pageServed() {
			hasServedPage = true;
		},
		productChanged: (id) => notify(() => products.add(id)),
		stockChanged: (sku, available) => notify(() => skus.set(sku, available)),
		lastHintNumber: () => lastNumber,
		stop() {
			clearTimeout(timer);
			timer = undefined;
		},
	};
};
