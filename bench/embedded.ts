import { postToBare, startBare, BARE_REPLY, type Bare } from "./bare";
import { buildsOf } from "./contenders";
import { spentMs, threadsOf } from "./cpu";
import { fill } from "./fill";
import { interleave } from "./interleave";
import { median, minimum, present, ratio } from "./numbers";
import type { Options } from "./options";
import { orderExperiment } from "./order-experiment";
import type { Sample } from "./sample";
import { discard, startShop } from "./shop";

const PRODUCTS = 1_000;

const bareSlice = async (bare: Bare, replies: number): Promise<Sample> => {
	const [before, begun] = [threadsOf(bare.pid), performance.now()];
	const units = await postToBare(bare, replies);
	return { units, wallMs: performance.now() - begun, cpuMs: spentMs(before, threadsOf(bare.pid)) };
};

const perUnit = (samples: readonly Sample[]): number[] => present(samples.map(({ cpuMs, units }) => ratio(cpuMs, units)));
const digits = (value: number | undefined): string => (value === undefined ? "not measured" : value.toPrecision(3));

export const ordersAgainst = async ({ smoke, against, rounds }: Options): Promise<void> => {
	const amounts = smoke
		? { orders: 20, connections: 16, settleMs: 100, idleMs: 200 }
		: { orders: 250, connections: 64, settleMs: 2_000, idleMs: 2_000 };
	const bare = await startBare(BARE_REPLY.body);
	const shops = await Promise.all(
		buildsOf(against).map(async ({ name, folder }) => {
			const shop = await startShop({ workingCopy: folder, env: { DEMO: "false" } });
			await fill(shop, PRODUCTS);
			return { name, shop, run: orderExperiment(shop, PRODUCTS) };
		}),
	);
	const bareSamples: Sample[] = [];
	const samples = await interleave(shops, { warmUp: smoke ? 1 : 5, measured: rounds ?? (smoke ? 1 : 8) }, async ({ run }) => {
		const sample = await run(amounts);
		bareSamples.push(await bareSlice(bare, smoke ? 200 : 4_000));
		return sample;
	});
	const reply = median(perUnit(bareSamples.slice(bareSamples.length / 3)));
	console.log(`bare reply: ${digits(reply)} ms of CPU`);
	for (const row of ["answer", "allIn", "idle"] as const) {
		const medians = shops.map((shop) => {
			const all = perUnit(samples.get(shop)!.map((sample) => sample[row]));
			const value = median(all);
			console.log(
				`${row.padEnd(8)} ${shop.name.padEnd(6)} CPU ms median ${digits(value)} min ${digits(minimum(all))} = ${digits(ratio(value, reply))} bare replies`,
			);
			return value;
		});
		if (medians.length === 2) console.log(`${row.padEnd(8)} this / other ${digits(ratio(medians[0], medians[1]))}`);
	}
	bare.stop();
	for (const { shop } of shops) {
		await shop.stop();
		discard(shop);
	}
};
