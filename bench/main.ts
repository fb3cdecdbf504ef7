/**
 * `npm run bench`: the built program on one core, the load on the other; beside it a bare node:http server that answers the same bytes in the
 * same run. `--smoke` runs each for a second, to see that all of it works: its figures mean nothing. `--mongo` asks the MongoDB of MONGO_URL instead
 * how many commits it takes, in databases of its own. `--cluster` measures many nodes over the engines of the settings, or of `npm run engines`.
 */
import { readSettings } from "@config/env";
import { startBare } from "./bare";
import { leaveServerCore } from "./cores";
import { ordersAgainst } from "./embedded";
import { fill, login } from "./fill";
import { InvalidOptionError, parseOptions } from "./options";
import { checkout, flashSale, hotSku } from "./buying";
import { clusterBench } from "./cluster";
import { drive, hammer, type Measured } from "./http";
import { journals } from "./journal";
import { discard, send, sendOk, startShop, type Shop } from "./shop";

const smoke = process.argv.includes("--smoke");
const SECONDS = smoke ? 1 : 5;
const LOADS = smoke ? [16] : [1, 16, 64];
const MANY = smoke ? 2_000 : 100_000;
const SOME = smoke ? 200 : 1_000;

const row = (what: string, load: number | string, { perSecond, p50Ms, p99Ms, errors }: Measured, note = ""): void => {
	console.log(
		`${what.padEnd(34)} ${String(load).padStart(4)}  ${String(perSecond).padStart(8)}/s  p50 ${String(p50Ms).padStart(7)} ms  p99 ${String(p99Ms).padStart(7)} ms${errors ? `  ${errors} ERRORS` : ""}  ${note}`,
	);
	if (errors > 0) process.exitCode = 1;
};

const reads = async (shop: Shop, products: number): Promise<void> => {
	const pages: readonly (readonly [string, string])[] = [
		[`product page (20) of ${products}`, "/v1/products?limit=20"],
		[`product detail of ${products}`, "/v1/products/bench-7"],
	];
	for (const [what, path] of pages) {
		const { body } = await sendOk(shop.url, "GET", path);
		const bare = await startBare(body);
		for (const load of LOADS) {
			const ours = await hammer(shop.url + path, load, SECONDS);
			const theirs = await hammer(bare.url, load, SECONDS);
			row(what, load, ours, `${Math.round((100 * ours.perSecond) / theirs.perSecond)} % of bare node:http (${theirs.perSecond}/s)`);
		}
		bare.stop();
	}
	const words = ["blue mug", "clay bowl", "oaxaca", "striped blan", "carvd chair", "linen", "tray taxco", "rustic jar"];
	for (const load of LOADS)
		row(
			`search of ${products}`,
			load,
			await drive(
				async (turn) =>
					void (await sendOk(
						shop.url,
						"GET",
						`/v1/products?q=${encodeURIComponent(`${words[turn % words.length]!} ${turn % 97}`)}`,
					)),
				load,
				SECONDS,
			),
		);
};

const main = async (): Promise<void> => {
	const first = await startShop();
	console.log(`first boot, with the demo catalogue ${first.bootMs} ms, then ${first.memoryMb()} MB`);
	await first.stop();
	const again = await startShop({ folder: first.folder });
	await new Promise((resolve) => setTimeout(resolve, smoke ? 100 : 3_000));
	console.log(`boot of a shop with data ${again.bootMs} ms, idle memory ${again.memoryMb()} MB`);
	await again.stop();
	discard(first);

	const shop = await startShop({ env: { DEMO: "false" } });
	console.log(`import of ${SOME} products: ${Math.round(await fill(shop, SOME))} ms`);
	await reads(shop, SOME);
	for (const load of LOADS) row("add to cart", load, await addToCart(shop, load));
	for (const load of LOADS)
		row("guest checkout, whole", load, await drive((turn) => checkout(shop.url, `BENCH-${turn % SOME}-S`), load, SECONDS), "orders");
	await flashSale(shop.url, await login(shop));
	console.log(`memory after all that: ${shop.memoryMb()} MB`);
	await shop.stop();
	discard(shop);

	for (const atOnce of [64, 256]) await hotSku(smoke ? 2_000 : 64_000, atOnce);

	const large = await startShop({ env: { DEMO: "false" } });
	console.log(`import of ${MANY} products: ${Math.round(await fill(large, MANY))} ms, then ${large.memoryMb()} MB`);
	await reads(large, MANY);
	await large.stop();
	const reborn = await startShop({ folder: large.folder });
	console.log(`boot with ${MANY} products: ${reborn.bootMs} ms, ${reborn.memoryMb()} MB`);
	await reborn.stop();
	discard(large);
};

const addToCart = async (shop: Shop, load: number): Promise<Measured> => {
	const carts = await Promise.all(
		Array.from({ length: load }, async () => (JSON.parse((await sendOk(shop.url, "POST", "/v1/carts", {})).body) as { id: string }).id),
	);
	return drive(
		async (turn) => {
			const answer = await send(shop.url, "POST", `/v1/carts/${carts[turn % load]!}/lines`, {
				sku: `BENCH-${turn % 50}-S`,
				quantity: 1,
			});
			if (answer.status !== 201 && answer.status !== 400) throw new Error(String(answer.status)); // 400: that line is full
		},
		load,
		SECONDS,
	);
};

const mongo = async (): Promise<void> => {
	const { mongoUrl } = readSettings();
	if (mongoUrl === undefined) throw new Error("set MONGO_URL to the MongoDB to be measured");
	await journals(mongoUrl, smoke);
};

const cluster = (): Promise<void> =>
	clusterBench({
		copies: smoke ? [1] : [1, 2, 4],
		seconds: SECONDS,
		products: SOME,
		fill: (url, products) => fill({ url }, products),
		row,
	});

leaveServerCore();
const options = parseOptions(process.argv.slice(2), []);
const wanted =
	options.against !== undefined
		? () => ordersAgainst(options)
		: process.argv.includes("--mongo")
			? mongo
			: process.argv.includes("--cluster")
				? cluster
				: main;
wanted().catch((cause: unknown) => {
	console.error(cause instanceof InvalidOptionError ? cause.message : cause);
	process.exit(1);
});
