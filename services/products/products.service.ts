import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { defineService } from "@mixins/service/define-service";
import { changeNotifier } from "./catalogue-sync/change-notifier";
import { exportProducts } from "./actions/export-products";
import { importProducts } from "./import/import-products";
import { catalogueSync } from "./catalogue-sync/catalogue-sync";
import { Products } from "./products.contract";
import { catalogueHeartbeat as createHeartbeat } from "./catalogue-sync/heartbeat";
import { productsContext } from "./context";
import { storefrontQueries } from "./actions/storefront-queries";
import { staffActions } from "./actions/staff-actions";
import { stockSync } from "./catalogue-sync/stock-sync";

export const products = (runtime: Runtime): ServiceSchema => {
	const { clock, bus, log, settings } = runtime;
	const store = runtime.store("products");
	const notifier = changeNotifier(store.exclusive);
	const heartbeat = createHeartbeat(store.exclusive, notifier.lastHintNumber);
	const context = productsContext(store, settings.currency, notifier.productChanged, heartbeat.changed);
	const stocks = stockSync(context.catalogue, notifier);
	const sync = catalogueSync(context, stocks, { notifier, heartbeat }, runtime);

	return {
		...defineService(
			"products",
			Products,
			{
				...storefrontQueries(context, notifier, heartbeat, sync),
				...staffActions(context, stocks, log),
				...importProducts({ context, stocks, shopCurrency: settings.currency, clock }),
				...exportProducts(context),
			},
			{ clock, bus, subscriptions: sync.subscriptions, started: sync.start, stopped: sync.stop },
		),
		events: sync.events,
	};
};
