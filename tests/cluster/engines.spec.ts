import { setTimeout as pause } from "node:timers/promises";
import { SERVICES } from "@config/env";
import { checkInvariants } from "../../cli/check/invariants";
import type { EngineName } from "../../faults/engines";
import { startCluster, type Cluster } from "../support/cluster";
import { concurrentShoppers, type ConcurrentShoppers } from "../support/concurrent-shoppers";
import { describeWith } from "../support/engines";
import { ownEngines, type OwnEngines } from "../support/own-engines";
import { admin, client, orderOf, product } from "../support/shopper";
import { eventually } from "../support/world";

const WORKS_AGAIN_MS = 15_000;
const RIGHT_MS = 30_000;

/** Two nodes with all services. Their engines are killed and restarted. */
describeWith("redis", "rabbitmq", "mongodb", "a cluster during outages of its engines", () => {
	let own: OwnEngines;
	let cluster: Cluster;
	let skus: string[];
	let shoppers: ConcurrentShoppers | undefined;

	beforeAll(async () => {
		own = await ownEngines();
		cluster = await startCluster(own.urls, { groups: [SERVICES.join(",")] });
		const staff = await admin(client(cluster));
		skus = await Promise.all([1, 2, 3].map(() => product(staff, { stock: 100_000 })));
	}, 180_000);
	afterAll(async () => {
		const ends = await cluster.stop();
		await own.stop();
		expect(ends).toEqual([0, 0]);
	}, 60_000);

	afterEach(() => shoppers?.goHome());

	test.each<[EngineName, string, number]>([
		["rabbitmq", "started again", 0],
		["redis", "away, and empty when it comes back", 3_000],
		["mongodb", "away for some seconds", 5_000],
	])(
		"%s is %s: shoppers wait, and nothing is lost",
		async (engine, _, awayMs) => {
			const nodes = cluster.nodes.map(({ pid }) => pid);
			const buyers = (shoppers = concurrentShoppers(cluster, skus, 6));
			await eventually(() => buyers.orders.length > 6, "some have bought", 30_000);
			await own.crash(engine);
			await pause(awayMs);
			await own.start(engine);
			const before = buyers.orders.length;
			await eventually(() => buyers.orders.length > before + 6, "they buy again", WORKS_AGAIN_MS);
			await buyers.goHome();
			expect(buyers.failures).toEqual([]);
			expect(cluster.nodes.map(({ pid }) => pid)).toEqual(nodes);

			// Every order has ended, money and stock are consistent, and all consumers received the orders' events. So no event was lost.
			await eventually(
				async () => {
					const { counted, violations } = checkInvariants(await cluster.snapshot());
					return violations.length === 0 && counted["orders still open"] === 0;
				},
				"all invariants hold",
				RIGHT_MS,
			);
			for (const order of buyers.orders) expect((await orderOf(client(cluster), order)).status).toBe("confirmed");
		},
		150_000,
	);
});
