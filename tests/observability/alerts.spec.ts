import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseExposition } from "../support/exposition";
import { admin, checkout, client, product, readyCart } from "../support/shopper";
import { startFullProgram } from "../support/full-program";
import { eventually } from "../support/world";

const ROOT = join(__dirname, "..", "..");
const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), "utf8");
const rules = read("docker", "prometheus", "rules.yml");
const dashboard = read("docker", "grafana", "dashboards", "tianguis.json");

const NAMES = /\b(?:tianguis|moleculer|nodejs|process|http)_[a-z0-9_]+\b/g;
const named = (text: string): string[] => [...new Set(text.match(NAMES) ?? [])];

/** Metrics that exist only after a failure. */
const LATER = ["moleculer_circuit_breaker_opened_active"];

/** Part of the Prometheus package. If installed, it validates the rules. */
const promtool = (...args: string[]): string | undefined => {
	try {
		return execFileSync("promtool", args, {
			cwd: join(ROOT, "docker", "prometheus"),
			encoding: "utf8",
			stdio: ["ignore", "pipe", "pipe"],
		});
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw cause;
	}
};

describe("alerts and dashboard", () => {
	test("speak of metrics that a shop has", async () => {
		const shop = await startFullProgram();
		try {
			const api = client(shop);
			const sku = await product(await admin(api));
			expect((await checkout(api, (await readyCart(api, [sku, 1])).id)).status).toBe(201);
			expect((await api("GET", "/v1/carts/cart_none")).status).toBe(404);
			const known = await eventually(async () => {
				const families = parseExposition(await (await fetch(shop.metricsUrl, { headers: { connection: "close" } })).text());
				return families.has("tianguis_consumer_queue_depth") && families;
			}, "the first look at the queues");
			const wanted = [...named(rules), ...named(dashboard)];
			expect(wanted.length).toBeGreaterThan(20);
			const missing = wanted.filter(
				(name) => !known.has(name) && !known.has(name.replace(/_(bucket|sum|count)$/, "")) && !LATER.includes(name),
			);
			expect(missing).toEqual([]);
		} finally {
			await shop.stop();
		}
	}, 60_000);

	test("each alert has its page, each page is found", () => {
		const pages = [...rules.matchAll(/runbook: (docs\/runbooks\/[\w-]+\.md)/g)].map(([, page]) => page!);
		const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, alert]) => alert!);
		const index = read("docs", "runbooks", "README.md");
		expect(pages).toHaveLength(alerts.length);
		for (const page of pages) expect(existsSync(join(ROOT, page))).toBe(true);
		for (const alert of alerts) expect(index).toContain(alert);
		for (const page of readdirSync(join(ROOT, "docs", "runbooks")).filter((name) => name !== "README.md"))
			expect(index).toContain(`](${page})`);
	});

	test("promtool, where it is installed, finds the rules right and their tests kept", () => {
		expect(promtool("check", "rules", "rules.yml") ?? "SUCCESS").toContain("SUCCESS");
		expect(promtool("test", "rules", "rules.test.yml") ?? "SUCCESS").toContain("SUCCESS");
	});
});
