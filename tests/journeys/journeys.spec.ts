import { discard, startShop, type Shop } from "../../bench/shop";
import { readFolderSnapshot } from "../../cli/check/snapshot";
import { checkInvariants } from "../../cli/check/invariants";
import { WEBHOOK_SECRET } from "../support/cluster";
import { replayFrozen } from "../support/frozen-states";
import type { RunningShop } from "../support/shopper";
import { customerJourneys } from "./customer";
import { guestJourneys } from "./guest";
import { staffJourneys } from "./staff";

/** tests/cluster/ runs the same journeys against a cluster. */
describe.each<[string, (shop: () => RunningShop) => void, Readonly<Record<string, string>>]>([
	["a guest", guestJourneys, { TEST_WEBHOOK_SECRET: WEBHOOK_SECRET }],
	["a customer", customerJourneys, {}],
	["staff", staffJourneys, { CAPTURE: "manual" }],
])("%s", (_, journeys, env) => {
	let shop: Shop;
	beforeAll(async () => {
		shop = await startShop({ pin: false, env: { DEMO: "false", ...env } });
	}, 60_000);
	afterAll(async () => {
		expect(await shop.stop()).toBe(0);
		expect(checkInvariants(await readFolderSnapshot(shop.folder)).violations).toEqual([]);
		expect(await replayFrozen(shop.folder)).toBeGreaterThan(0);
		discard(shop);
	});
	journeys(() => shop);
});
