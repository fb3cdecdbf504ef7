import type { ServiceBroker } from "moleculer";
import { CATALOGUE_CHANGED } from "../products.contract";

/** What changed; `all`: too much to name. */
export interface ChangeHint {
	readonly products: readonly string[];
	readonly skus: readonly { readonly sku: string; readonly available: boolean }[];
	readonly all: boolean;
	/** One more than that of its node's last. */
	readonly number: number;
}

export interface ChangeNotifier {
	connect(broker: ServiceBroker): void;
	/** A page was given away that the next change makes stale. */
	pageServed(): void;
	productChanged(id: string): void;
	stockChanged(sku: string, available: boolean): void;
	/** The number of the last hint; 0 before the first. */
	lastHintNumber(): number;
	stop(): void;
}

const MAX_NAMED = 500;
const PAUSE_MS = 20;

/**
 * Tells those who keep pages, in the same turn as the change is known, so that whoever reads after a write sees it.
 *
 * Where all pages come from this node, nobody keeps any that was not served since the last hint: then there is nobody to tell, and an import
 * costs next to nothing. Where other nodes serve too, each hint names what changed, and there is one at most every 20 ms.
 *
 * @param alone this node's pages are the only ones
 */
export const changeNotifier = (alone: boolean): ChangeNotifier => {
	let broker: ServiceBroker | undefined;
	let given = true;
	let timer: NodeJS.Timeout | undefined;
	let said = 0;
	const products = new Set<string>();
	const skus = new Map<string, boolean>();

	const send = (): void => {
		const all = products.size + skus.size > MAX_NAMED;
		const number = ++said;
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

	const announce = (note: () => void): void => {
		if (alone) {
			if (!given) return;
			given = false;
			note();
			send();
		} else {
			note();
			sendSoon();
		}
	};

	return {
		connect(connected) {
			broker = connected;
		},
		pageServed() {
			given = true;
		},
		productChanged: (id) => announce(() => products.add(id)),
		stockChanged: (sku, available) => announce(() => skus.set(sku, available)),
		lastHintNumber: () => said,
		stop() {
			clearTimeout(timer);
			timer = undefined;
		},
	};
};
