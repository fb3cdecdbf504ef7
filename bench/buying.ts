import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import { readSettings } from "@config/env";
import { startProgram } from "@config/program";
import { call } from "@kernel/contract";
import { Inventory } from "@services/inventory/inventory.contract";
import { inventory } from "@services/inventory/inventory.service";
import { send, sendOk } from "./shop";

const DETAILS = {
	email: "buyer@bench.example",
	shippingAddress: { name: "Ana Buyer", line1: "Calle Mayor 1", city: "Madrid", postalCode: "28001", country: "ES" },
	shippingMethod: "standard",
};
const PAYMENT = { payment: { provider: "test", token: "tok_ok" } };

const filledCart = async (url: string, sku: string): Promise<string> => {
	const { id } = JSON.parse((await sendOk(url, "POST", "/v1/carts", {})).body) as { id: string };
	await sendOk(url, "POST", `/v1/carts/${id}/lines`, { sku, quantity: 1 });
	await sendOk(url, "PATCH", `/v1/carts/${id}`, DETAILS);
	return id;
};

/** A guest's whole purchase: cart, line, address and shipping, checkout. */
export const checkout = async (url: string, sku: string): Promise<void> => {
	const id = await filledCart(url, sku);
	const answer = await sendOk(url, "POST", `/v1/carts/${id}/checkout`, PAYMENT);
	if (answer.status !== 201) throw new Error(`checkout answered ${answer.status}`);
};

const BUYERS = 500;
const UNITS = 100;

/** So many at once for the same SKU, of which there are fewer: exactly as many orders as units. */
export const flashSale = async (url: string, token: string): Promise<void> => {
	const sku = "BENCH-FLASH";
	const headers = { authorization: `Bearer ${token}` };
	const csv = `Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty\nflash,Flash,${sku},10.00,${UNITS}\n`;
	await sendOk(url, "POST", "/v1/admin/products/import", csv, { ...headers, "content-type": "text/csv" });
	const carts = await Promise.all(Array.from({ length: BUYERS }, () => filledCart(url, sku)));
	const begun = performance.now();
	const answers = await Promise.all(carts.map((id) => send(url, "POST", `/v1/carts/${id}/checkout`, PAYMENT)));
	const took = Math.round(performance.now() - begun);
	const sold = answers.filter(({ status }) => status === 201).length;
	const refused = answers.filter(({ status, body }) => status === 409 && body.includes("OUT_OF_STOCK")).length;
	console.log(`${BUYERS} buyers at once for ${UNITS} units: ${sold} orders, ${refused} refused, in ${took} ms`);
	if (sold !== UNITS || sold + refused !== BUYERS) process.exitCode = 1;
};

/** How many units of one SKU can be promised in a second to so many buyers at once, each promise durable before it is answered. */
export const hotSku = async (reservations: number, atOnce: number, env: Readonly<Record<string, string>> = {}): Promise<void> => {
	const folder = mkdtempSync(join(tmpdir(), "tianguis-bench-"));
	const program = await startProgram({
		settings: readSettings({ DATA_DIR: folder, LOG_LEVEL: "error", ...env }),
		broker: () => new ServiceBroker({ logger: false }),
		stalls: [inventory],
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
	console.log(
		`reservations of one SKU, ${atOnce} buyers: ${Math.round((rounds * atOnce * 1_000) / (performance.now() - begun))} per second`,
	);
	await program.stop();
	rmSync(folder, { recursive: true });
};
