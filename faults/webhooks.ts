import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { SeededRandom } from "./seeded-random";
import type { Client } from "./client";
import type { History } from "./history";

export const WEBHOOK_SECRET = "faults-webhook-secret";

/** Simulates the provider's webhooks: late, duplicated and out of order. */
export interface Webhooks {
	/** Sends the webhook after a random delay. */
	promise(paymentId: string, outcome: "authorized" | "declined", random: SeededRandom): void;
	/** Resolves when all scheduled webhooks have been sent. */
	said(): Promise<void>;
}

const signed = (body: string): string => {
	const t = Math.floor(Date.now() / 1_000);
	return `t=${t},v1=${createHmac("sha256", WEBHOOK_SECRET).update(`${t}.${body}`).digest("hex")}`;
};

export const webhooks = (ask: Client, { findings }: History): Webhooks => {
	const open = new Set<Promise<void>>();

	const say = async (id: string, type: string, paymentId: string): Promise<void> => {
		const body = JSON.stringify({ id, type, data: { paymentId } });
		const { status } = await ask("POST", "/v1/payments/webhooks/test", body, {
			headers: { "test-signature": signed(body) },
			patienceMs: 120_000,
		});
		if (status !== 200) findings.push({ rule: "a webhook is taken", subject: paymentId, what: `${type} was answered ${status}` });
	};

	return {
		promise(paymentId, outcome, random) {
			const work = async (): Promise<void> => {
				await pause(random.int(0, 4_000));
				const id = `evt_${paymentId}`;
				if (random.of(0.2)) await say(`${id}_early`, "payment.captured", paymentId);
				await say(id, `payment.${outcome}`, paymentId);
				if (random.of(0.4)) await say(id, `payment.${outcome}`, paymentId);
			};
			const done = work().finally(() => open.delete(done));
			open.add(done);
		},
		async said() {
			while (open.size > 0) await Promise.all(open);
		},
	};
};
