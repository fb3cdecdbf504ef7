import type { Metrics } from "@mixins/observability/metrics";
import { measuredStore } from "@mixins/store/measured-store";
import type { Store } from "@mixins/store/port";

/** Wraps stores with metrics. Each store is wrapped once. */
export const measuredStores = (of: (service: string) => Store, metrics: Metrics): ((service: string) => Store) => {
	const all = new Map<Store, Store>();
	return (service) => {
		const inner = of(service);
		const found = all.get(inner) ?? measuredStore(inner, metrics);
		all.set(inner, found);
		return found;
	};
};
