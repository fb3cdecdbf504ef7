import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { recoveryJob } from "@mixins/service/recovery-sweep";
import { defineService } from "@mixins/service/define-service";
import { paymentsContext } from "./context";
import { ledgerQueries } from "./ledger-queries";
import { paymentActions } from "./payment-actions";
import { Payments } from "./payments.contract";
import { testProvider } from "./providers/test-provider";
import { sweeper } from "./sweep";
import { webhookActions } from "./webhook-actions";

export const payments = ({ clock, settings, log, store, isFirst }: Runtime): ServiceSchema => {
	const test = testProvider(store("test-provider"), clock, settings.testWebhookSecret);
	const context = paymentsContext(store("payments"), new Map(settings.testProvider ? [[test.name, test]] : []), clock);
	const sweep = sweeper(context, (paymentId, cause) => {
		log.warn("resuming a payment failed", { paymentId, err: cause });
	});
	const recovering = recoveryJob(
		() => sweep(clock()),
		() => isFirst("payments"),
		(cause) => {
			log.error("payment recovery sweep failed", { err: cause });
		},
	);

	return defineService(
		"payments",
		Payments,
		{ ...paymentActions(context), ...webhookActions(context), ...ledgerQueries(test) },
		{
			clock,
			started: () => {
				recovering.start();
			},
			stopped: () => recovering.stop(),
		},
	);
};
