import type { Order } from "@services/orders/orders.contract";
import { eventually } from "@tests/support/world";
import { discard, startShop, type Shop } from "../../bench/shop";
import { readFolderSnapshot } from "../../cli/check/snapshot";
import { checkInvariants } from "../../cli/check/invariants";
import { admin, checkout, client, orderOf, product, readyCart, type PlacedOrder } from "../support/shopper";

const ENV = { DEMO: "false" };
const SHOPPERS = 24;
const ROUNDS = 3;

describe("kill -9 in the middle of checkouts", () => {
	test("what was answered is there after the next start, and what was begun comes to an end", async () => {
		let shop: Shop = await startShop({ pin: false, env: ENV });
		const { folder } = shop;
		const confirmed: PlacedOrder[] = [];
		const skus: string[] = [];
		for (let index = 0; index < 4; index++) skus.push(await product(await admin(client(shop)), { stock: 10_000 }));

		for (let round = 0; round < ROUNDS; round++) {
			const api = client(shop);
			let answered = 0;
			const shopper = async (index: number): Promise<void> => {
				for (;;) {
					try {
						const { id } = await readyCart(api, [skus[index % skus.length]!, 1], [skus[(index + 1) % skus.length]!, 2]);
						const { status, body } = await checkout(api, id, index % 5 === 0 ? "tok_flaky" : "tok_ok");
						if (status === 201) confirmed.push(body);
						answered += 1;
					} catch {
						return; // the program has ended
					}
				}
			};
			const shoppers = Array.from({ length: SHOPPERS }, (_, index) => shopper(index));
			await eventually(() => answered > SHOPPERS, "some have bought", 30_000);
			await shop.stop("SIGKILL");
			await Promise.all(shoppers);
			shop = await startShop({ folder, pin: false, env: ENV });
		}

		const api = client(shop);
		expect(confirmed.length).toBeGreaterThan(SHOPPERS);
		for (const order of confirmed) expect((await orderOf(api, order)).status).toBe("confirmed");
		const staff = await admin(api);
		await eventually(
			async () => (await staff<{ items: Order[] }>("GET", "/v1/admin/orders?status=pending")).body.items.length === 0,
			"nothing is open any more",
			30_000,
		);
		await eventually(
			async () => {
				const { counted, violations } = checkInvariants(await readFolderSnapshot(folder));
				expect(violations).toEqual([]);
				return counted["orders still open"] === 0;
			},
			"all invariants hold",
			30_000,
		);
		await shop.stop();
		expect(checkInvariants(await readFolderSnapshot(folder)).violations).toEqual([]);
		discard(shop);
	}, 120_000);
});
