import type { Metrics } from "@mixins/metrics";
import { measured } from "@mixins/store/measured";
import type { Store } from "@mixins/store/port";

interface Stores {
	of(service: string): Store;
	relayed(): readonly Store[];
}

/** Where many services share one store. */
const SHARED = "shop";

/** The same stores, measured; and those whose facts are carried to others by what an operator calls them. */
export const measuredStores = ({ of, relayed }: Stores, metrics: Metrics) => {
	const all = new Map<Store, { readonly store: Store; readonly services: Set<string> }>();
	return {
		of(service: string): Store {
			const inner = of(service);
			const found = all.get(inner) ?? { store: measured(inner, metrics), services: new Set() };
			all.set(inner, found);
			found.services.add(service);
			return found.store;
		},
		named: (): ReadonlyMap<string, Store> =>
			new Map(
				relayed().flatMap((inner) => {
					const found = all.get(inner);
					if (!found) return [];
					const [only = SHARED, ...others] = found.services;
					return [[others.length > 0 ? SHARED : only, found.store]];
				}),
			),
	};
};
