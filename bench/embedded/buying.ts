/** Measures adding to carts, a flash sale, and reservations of one SKU. */
import { filledCart, hotSku, PAYMENT } from "../buying";
import { importSku } from "../import-products";
import { compare, type Contender, type BenchContext } from "../contenders";
import { driveAll } from "../http";
import { sendWithRetries } from "../retry-after";
import type { Row } from "../report";
import { measure } from "../process-sample";
import { send, sendOk } from "../shop";
import { amountRow, costRow, pick } from "./rows";
import { skuOf } from "../skus";

const CONNECTIONS = 64;

const newCart = async (url: string): Promise<string> =>
	(JSON.parse((await sendOk(url, "POST", "/v1/carts", {})).body) as { id: string }).id;

/** Adds lines to carts; each cart gets 16 different lines. */
const addLines =
	(lines: number) =>
	async ({ shop }: Contender) => {
		const carts = await Promise.all(Array.from({ length: CONNECTIONS }, () => newCart(shop.url)));
		const sample = measure(shop.pid);
		const add = (turn: number) =>
			sendOk(shop.url, "POST", `/v1/carts/${carts[turn % CONNECTIONS]!}/lines`, {
				sku: skuOf(Math.floor(turn / CONNECTIONS)),
				quantity: 1,
			});
		return sample(await driveAll(add, CONNECTIONS, lines));
	};

export const cart = async (ground: BenchContext): Promise<Row[]> => {
	const compared = await compare(ground, { warmUp: 2, measured: 6 }, addLines(ground.smoke ? 64 : 1_024));
	return [costRow("add to cart, 64 connections", "<= 5 replies", compared.slices, compared.bare)];
};

/** Runs a flash sale. @throws if the number of units sold differs from the stock */
const sale =
	(buyers: number, units: number, sku: () => string) =>
	async ({ shop }: Contender) => {
		const name = sku();
		await importSku(shop, name, units);
		const carts: string[] = [];
		await driveAll(async () => void carts.push(await filledCart(shop.url, name)), buyers, buyers);
		const sample = measure(shop.pid);
		const answers = await Promise.all(
			carts.map((id) => sendWithRetries(() => send(shop.url, "POST", `/v1/carts/${id}/checkout`, PAYMENT))),
		);
		const all = sample(buyers);
		const sold = answers.filter(({ status }) => status === 201).length;
		const refused = answers.filter(({ status, body }) => status === 409 && body.includes("OUT_OF_STOCK")).length;
		if (sold !== units || sold + refused !== buyers)
			throw new Error(`flash sale of ${units} units to ${buyers} buyers: ${sold} orders, ${refused} refused`);
		return all;
	};

export const flashSale = async (ground: BenchContext): Promise<Row[]> => {
	const [buyers, units] = ground.smoke ? [50, 10] : [500, 100];
	let sales = 0;
	const compared = await compare(
		ground,
		{ warmUp: 1, measured: 4 },
		sale(buyers, units, () => `FLASH-${sales++}`),
	);
	const what = `flash sale, ${buyers} buyers at once for ${units} units`;
	return [
		amountRow(
			`${what}: until the last answer`,
			"< 600 ms",
			"ms",
			pick(compared, ({ wallMs }) => wallMs),
		),
		costRow(`${what}: for each buyer`, "", compared.slices, compared.bare),
	];
};

/** Measures reservations of one SKU in this process, without HTTP. */
export const reservations = async ({ smoke }: BenchContext): Promise<Row[]> => {
	const rows: Row[] = [];
	for (const atOnce of [64, 256]) {
		const perSecond = await hotSku(smoke ? 2_000 : 64_000, atOnce);
		rows.push({ name: `reservations of one SKU, ${atOnce} at once`, unit: "/s", figures: [{ build: "this", values: [perSecond] }] });
	}
	return rows;
};
