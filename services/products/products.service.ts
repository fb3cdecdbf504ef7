import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { service } from "@mixins/service";
import { announcer } from "./announcing";
import { exporting } from "./exporting";
import { importing } from "./importing/import";
import { freshness } from "./keeping-fresh";
import { Products } from "./products.contract";
import { pulse as makePulse } from "./pulse";
import { shelf } from "./shelf";
import { shopping } from "./shopping";
import { staff } from "./staff";
import { stocktaking } from "./stocktaking";

export const products = (runtime: Runtime): ServiceSchema => {
	const { clock, bus, log, settings } = runtime;
	const store = runtime.store("products");
	const announce = announcer(store.exclusive);
	const pulse = makePulse(store.exclusive, announce.said);
	const kept = shelf(store, settings.currency, announce.product, pulse.changed);
	const stocks = stocktaking(kept.catalogue, announce);
	const fresh = freshness(kept, stocks, { announce, pulse }, runtime);

	return {
		...service(
			"products",
			Products,
			{
				...shopping(kept, announce, pulse, fresh),
				...staff(kept, stocks, log),
				...importing({ shelf: kept, stocks, shopCurrency: settings.currency, clock }),
				...exporting(kept),
			},
			{ clock, bus, subscriptions: fresh.subscriptions, started: fresh.start, stopped: fresh.stop },
		),
		events: fresh.events,
	};
};
