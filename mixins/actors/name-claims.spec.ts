import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nameClaims } from "./name-claims";
import { sqliteStore } from "../store/sqlite";

const meta = { at: 1, actor: "test", correlationId: "c", causationId: "c" };
const folder = mkdtempSync(join(tmpdir(), "claims-"));
const opened = async (file: string) => {
	const store = sqliteStore(join(folder, file));
	const names = nameClaims(store, "test_claim");
	await store.open();
	return { store, names };
};

afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

test("of many that want a name at once, one gets it, and it stays theirs over a restart", async () => {
	const first = await opened("race.db");
	const wanting = Array.from({ length: 50 }, (_, index) => `prod_${index}`);
	const outcomes = await Promise.all(wanting.map((owner) => first.names.claim("handle:mug", owner, meta)));
	const winners = wanting.filter((_, index) => outcomes[index]?.mine);
	expect(winners).toHaveLength(1);
	expect(new Set(outcomes.map(({ owner }) => owner))).toEqual(new Set(winners));
	await first.store.close();

	const second = await opened("race.db");
	expect(await second.names.owner("handle:mug")).toBe(winners[0]);
	await second.store.close();
});

test("a name is free again when its owner lets it go; nobody else can", async () => {
	const { store, names } = await opened("release.db");
	await names.claim("sku:A", "prod_a", meta);
	await names.release("sku:A", "prod_b", meta);
	expect(await names.owner("sku:A")).toBe("prod_a");
	await names.release("sku:A", "prod_a", meta);
	expect(await names.owner("sku:A")).toBeUndefined();
	expect(await names.claim("sku:A", "prod_b", meta)).toEqual({ owner: "prod_b", mine: true });
	await store.close();
});

test("an orphaned claim is taken over by one only", async () => {
	const { store, names } = await opened("take.db");
	await names.claim("sku:A", "prod_dead", meta);
	const taken = await Promise.all(["prod_b", "prod_c"].map((owner) => names.take("sku:A", owner, "prod_dead", meta)));
	expect(taken.filter(Boolean)).toHaveLength(1);
	await store.close();
});

test("many names are claimed in a few groups of commits", async () => {
	const { store, names } = await opened("many.db");
	const wanted = Array.from({ length: 2_000 }, (_, index) => `sku:${index}`);
	const outcomes = await Promise.all(wanted.map((name) => names.claim(name, "prod_a", meta)));
	expect(outcomes.every(({ mine }) => mine)).toBe(true);
	await store.close();
});

test("a claim that this process has not read yet rests on what is stored", async () => {
	const first = await opened("again.db");
	await first.names.claim("sku:A", "prod_a", meta);
	await first.names.release("sku:A", "prod_a", meta);
	await first.names.claim("sku:B", "prod_b", meta);
	await first.names.claim("sku:C", "prod_c", meta);
	await first.store.close();

	const { store, names } = await opened("again.db");
	const later = { ...meta, at: 2 };
	expect(await names.claim("sku:A", "prod_d", later)).toEqual({ owner: "prod_d", mine: true });
	expect(await names.claim("sku:B", "prod_d", later)).toEqual({ owner: "prod_b", mine: false });
	expect(await names.claim("sku:C", "prod_c", later)).toEqual({ owner: "prod_c", mine: true });
	expect(await Promise.all(["sku:A", "sku:B", "sku:C"].map((name) => names.changedAt(name)))).toEqual([2, 1, 1]);
	await store.close();
});
