import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtProgram } from "../cli/built-program";
import { importWalkProducts, walkCrashPoints } from "./crash-points";
import { embedded } from "./embedded";
import type { TestProducts } from "./test-products";
import type { SystemUnderTest } from "./system-under-test";
import { emptyHistory } from "./history";

describe("a program that dies after each of its commits in turn, while it works on a checkout", () => {
	const folder = mkdtempSync(join(tmpdir(), "tianguis-points-"));
	const file = join(folder, "crash");
	const notes = emptyHistory();
	let system: SystemUnderTest;
	let products: TestProducts;

	beforeAll(async () => {
		const parts = { program: builtProgram(), folder, seed: "points", env: { FAULTS_CRASH_FILE: file }, preload: ["crash-point.js"] };
		system = await embedded(parts);
		products = await importWalkProducts(system, notes);
	}, 60_000);
	afterAll(() => system.close(false), 60_000);

	test.each([
		["tok_ok", 201, "order.confirmed"],
		["tok_declined", 402, "order.cancelled"],
	])(
		"with %s: it ends as it must, and the buyer is told %d",
		async (token, status, last) => {
			const { points, findings } = await walkCrashPoints(
				system,
				notes,
				products,
				file,
				system.nodes,
				true,
				{ kinds: ["commit"], token, status },
				() => undefined,
			);
			expect(findings).toEqual([]);
			// The checkout reached its end and so passed every earlier point.
			expect(points.some((point) => point.includes("order.placed"))).toBe(true);
			expect(points.some((point) => point.includes(last))).toBe(true);
		},
		300_000,
	);
});
