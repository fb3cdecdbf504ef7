import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import { readSettings } from "@config/env";
import { startProgram } from "@config/program";
import { call } from "@kernel/contract";
import { Inventory } from "@services/inventory/inventory.contract";
import { inventory } from "@services/inventory/inventory.service";
import { sendOk } from "./shop";

const DETAILS = {
	email: "buyer@bench.example",
	shippingAddress: { name: "Ana Buyer", line1: "Calle Mayor 1", city: "Madrid", postalCode: "28001", country: "ES" },
	shippingMethod: "standard",
};
export const PAYMENT = { payment: { provider: "test", token: "tok_ok" } };

export const filledCart = async (url: string, sku: string): Promise<string> => {
	const { id } = JSON.parse((await sendOk(url, "POST", "/v1/carts", {})).body) as { id: string };
	await sendOk(url, "POST", `/v1/carts/${id}/lines`, { sku, quantity: 1 });
	await sendOk(url, "PATCH", `/v1/carts/${id}`, DETAILS);
	return id;
};

/** Makes a complete guest purchase: cart, line, address and shipping, checkout. */
export const checkout = async (url: string, sku: string): Promise<void> => {
	const id = await filledCart(url, sku);
	const answer = await sendOk(url, "POST", `/v1/carts/${id}/checkout`, PAYMENT);
	if (answer.status !== 201) throw new Error(`checkout answered ${answer.status}`);
};

/**
 * Reserves units of one SKU for `atOnce` concurrent buyers. Each reservation is durable before it is confirmed.
 *
 * @returns reservations per second
 */
export const hotSku = async (reservations: number, atOnce: number, env: Readonly<Record<string, string>> = {}): Promise<number> => {
	const folder = mkdtempSync(join(tmpdir(), "tianguis-bench-"));
	const program = await startProgram({
		settings: readSettings({ DATA_DIR: folder, LOG_LEVEL: "error", ...env }),
		broker: () => new ServiceBroker({ logger: false }),
		services: [inventory],
		events: [],
	});
	const { broker } = program;
	const rounds = Math.ceil(reservations / atOnce);
	await call(broker, Inventory.set, { sku: "HOT", onHand: rounds * atOnce, reason: "bench" });
	const begun = performance.now();
	const buyer = async (id: number): Promise<void> => {
		for (let round = 0; round < rounds; round++)
			await call(broker, Inventory.reserve, { sku: "HOT", orderId: `ord_${id}_${round}`, quantity: 1, expiresAt: 0 });
	};
	await Promise.all(Array.from({ length: atOnce }, (_, id) => buyer(id)));
	const perSecond = Math.round((rounds * atOnce * 1_000) / (performance.now() - begun));
	await program.stop();
	rmSync(folder, { recursive: true });
	return perSecond;
};
