import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { service } from "@mixins/service/define-service";
import { announcer } from "./catalogue-sync/change-notifier";
import { exporting } from "./actions/export-products";
import { importing } from "./import/import-products";
import { freshness } from "./catalogue-sync/catalogue-sync";
import { Products } from "./products.contract";
import { pulse as makePulse } from "./catalogue-sync/heartbeat";
import { shelf } from "./context";
import { shopping } from "./actions/storefront-queries";
import { staff } from "./actions/staff-actions";
import { stocktaking } from "./catalogue-sync/stock-sync";

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
