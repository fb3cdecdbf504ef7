import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { defineService } from "@mixins/service/define-service";
import { changeNotifier } from "./catalogue-sync/change-notifier";
import { exportProducts } from "./actions/export-products";
import { importProducts } from "./import/import-products";
import { catalogueSync } from "./catalogue-sync/catalogue-sync";
import { Products } from "./products.contract";
import { catalogueHeartbeat as makePulse } from "./catalogue-sync/heartbeat";
import { productsContext } from "./context";
import { storefrontQueries } from "./actions/storefront-queries";
import { staffActions } from "./actions/staff-actions";
import { stockSync } from "./catalogue-sync/stock-sync";

export const products = (runtime: Runtime): ServiceSchema => {
	const { clock, bus, log, settings } = runtime;
	const store = runtime.store("products");
	const announce = changeNotifier(store.exclusive);
	const pulse = makePulse(store.exclusive, announce.lastHintNumber);
	const kept = productsContext(store, settings.currency, announce.productChanged, pulse.changed);
	const stocks = stockSync(kept.catalogue, announce);
	const fresh = catalogueSync(kept, stocks, { announce, pulse }, runtime);

	return {
		...defineService(
			"products",
			Products,
			{
				...storefrontQueries(kept, announce, pulse, fresh),
				...staffActions(kept, stocks, log),
				...importProducts({ shelf: kept, stocks, shopCurrency: settings.currency, clock }),
				...exportProducts(kept),
			},
			{ clock, bus, subscriptions: fresh.subscriptions, started: fresh.start, stopped: fresh.stop },
		),
		events: fresh.events,
	};
};
