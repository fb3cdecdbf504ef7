import { ServiceBroker } from "moleculer";
import { DURATION_BUCKETS } from "@mixins/observability/metrics";
import { parseExposition, valueOf } from "@tests/support/exposition";
import { appMetrics } from ".";
import { exposition, type Metric } from "./exposition";
import { dropDepartedNodes } from "./departed-nodes";
import { processMetrics } from "./process";
import { boundLabels } from "./relabel";
import { reporters } from "./reporter";
import { eventLoopTurnMetrics } from "./event-loop-turns";

const broker = (): ServiceBroker => new ServiceBroker({ logger: false, namespace: "t", metrics: { enabled: true, reporter: [] } });

const scrape = ({ metrics }: ServiceBroker) => {
	const [reporter] = reporters(1);
	Object.assign(reporter!, { registry: metrics });
	return parseExposition(reporter!.generatePrometheusResponse());
};

describe("instruments", () => {
	test("created before or after the broker appear in its metrics", () => {
		const metrics = appMetrics();
		const early = metrics.counter({ name: "tianguis_early_total", help: "Early.", labels: ["how"] });
		early.labels({ how: "soon" })(2);
		const host = broker();
		metrics.showIn(host.metrics);
		metrics.gauge({ name: "tianguis_late", help: "Late." }, () => [{ labels: {}, value: 7 }]);
		early.labels({ how: "soon" })();
		const seen = scrape(host);
		expect(valueOf(seen, "tianguis_early_total", { namespace: "t", how: "soon" })).toBe(3);
		expect(valueOf(seen, "tianguis_late")).toBe(7);
	});

	test("without labels start at 0", () => {
		const host = broker();
		const metrics = appMetrics();
		metrics.showIn(host.metrics);
		metrics.counter({ name: "tianguis_never_total", help: "Never." });
		metrics.counter({ name: "tianguis_apart_total", help: "Apart.", labels: ["kind"] }).labels({ kind: "a" });
		expect(valueOf(scrape(host), "tianguis_never_total")).toBe(0);
		expect(valueOf(scrape(host), "tianguis_apart_total", { kind: "a" })).toBe(0);
	});

	test("with the same name are one instrument, and gauges with the same name are combined", () => {
		const host = broker();
		const metrics = appMetrics();
		metrics.showIn(host.metrics);
		const about = { name: "tianguis_once_total", help: "Once.", labels: ["kind"] } as const;
		for (const kind of ["a", "b"]) {
			metrics.counter(about).labels({ kind })();
			metrics.gauge({ name: "tianguis_depth", help: "Depth.", labels: ["kind"] }, () => [{ labels: { kind }, value: 1 }]);
		}
		metrics.counter(about).labels({ kind: "a" })();
		const seen = scrape(host);
		expect(seen.get("tianguis_once_total")?.samples.map(({ value }) => value)).toEqual([2, 1]);
		expect(valueOf(seen, "tianguis_depth")).toBe(2);
	});

	test("a histogram includes upper bounds and counts larger values in the last bucket", () => {
		const host = broker();
		const metrics = appMetrics();
		metrics.showIn(host.metrics);
		const observe = metrics.histogram({ name: "tianguis_wait_seconds", help: "Wait.", buckets: [0.1, 1] }).labels({});
		for (const value of [0.05, 0.1, 0.5, 30]) observe(value);
		const seen = scrape(host);
		const bucket = (le: string) => valueOf(seen, "tianguis_wait_seconds_bucket", { le });
		expect([bucket("0.1"), bucket("1"), bucket("+Inf")]).toEqual([2, 3, 4]);
		expect(valueOf(seen, "tianguis_wait_seconds_sum")).toBeCloseTo(30.65);
		expect(DURATION_BUCKETS).toEqual([...DURATION_BUCKETS].sort((a, b) => a - b));
	});

	test("process metrics have the names of the Prometheus client", () => {
		const host = broker();
		const metrics = appMetrics();
		metrics.showIn(host.metrics);
		const own = processMetrics(metrics, "node-1");
		const seen = scrape(host);
		own.stop();
		expect(valueOf(seen, "process_resident_memory_bytes")).toBeGreaterThan(1e6);
		expect(valueOf(seen, "process_cpu_seconds_total")).toBeGreaterThan(0);
		expect(valueOf(seen, "tianguis_node_info", { node_id: "node-1" })).toBe(1);
	});
});

test("event loop turns are measured in wall time and CPU time", async () => {
	const host = broker();
	const metrics = appMetrics();
	metrics.showIn(host.metrics);
	const stop = eventLoopTurnMetrics(metrics);
	const immediate = () => new Promise((resolve) => setImmediate(resolve));
	await immediate();
	for (const end = performance.now() + 60; performance.now() < end;);
	for (let turn = 0; turn < 3; turn++) await immediate();
	stop();
	const seen = scrape(host);
	const longer = (name: string, than: string) => valueOf(seen, `${name}_count`)! - valueOf(seen, `${name}_bucket`, { le: than })!;
	expect(longer("tianguis_event_loop_turn_seconds", "0.05")).toBeGreaterThanOrEqual(1);
	expect(valueOf(seen, "tianguis_event_loop_turn_seconds_bucket", { le: "0.02" })).toBeGreaterThanOrEqual(1);
	expect(valueOf(seen, "tianguis_event_loop_turn_work_seconds_count")).toBeGreaterThanOrEqual(2);
	expect(valueOf(seen, "tianguis_event_loop_turn_work_seconds_sum")).toBeGreaterThan(0);
});

describe("the exposition", () => {
	const metric = (parts: Partial<Metric>): Metric => ({ name: "a.b-c", type: "gauge", snapshot: () => [], ...parts });

	test("escapes special characters", () => {
		const text = exposition(metric({ description: "a\nb\\c", snapshot: () => [{ labels: { l: 'x"y\\z\n' }, value: 1 }] }), {});
		const [sample] = parseExposition(text).get("a_b_c")!.samples;
		expect(sample).toEqual({ name: "a_b_c", labels: { l: 'x"y\\z\n' }, value: 1 });
	});

	test("removes _total from the name of a gauge", () => {
		const text = exposition(metric({ name: "nodes.online.total", snapshot: () => [{ labels: {}, value: 1 }] }), {});
		expect([...parseExposition(text).keys()]).toEqual(["nodes_online"]);
	});

	test("is empty without series, and prints NaN for a value that is not a number", () => {
		expect(exposition(metric({}), {})).toBe("");
		expect(valueOf(parseExposition(exposition(metric({ snapshot: () => [{ labels: {}, value: null }] }), {})), "a_b_c")).toBeNaN();
	});
});

describe("labels of Moleculer metrics", () => {
	test("with unbounded values are removed, and their series are summed", () => {
		const seen = boundLabels([
			{ labels: { action: "a", errorName: "MongoError", errorCode: "11000", errorType: "E11000" }, value: 2 },
			{ labels: { action: "a", errorName: "TypeError", errorCode: "x", errorType: "whatever" }, value: 3 },
			{ labels: { action: "a", errorName: "MoleculerClientError", errorCode: "409", errorType: "OUT_OF_STOCK" }, value: 4 },
		]);
		expect(seen).toEqual([
			{ labels: { action: "a", errorType: "other" }, value: 5 },
			{ labels: { action: "a", errorType: "OUT_OF_STOCK" }, value: 4 },
		]);
	});

	test("with bounded values are unchanged", () => {
		const series = [{ labels: { action: "a" }, value: 1 }];
		expect(boundLabels(series)).toBe(series);
	});

	test("metrics of a departed node are removed", () => {
		const host = broker();
		dropDepartedNodes(host);
		host.metrics.register({ type: "gauge", name: "circuits", labelNames: ["affectedNodeID"] });
		host.metrics.set("circuits", 1, { affectedNodeID: "gone" });
		host.metrics.set("circuits", 1, { affectedNodeID: "here" });
		host.metrics.getMetric("circuits")!.snapshot();
		host.localBus.emit("$node.disconnected", { node: { id: "gone" } });
		expect(host.metrics.getMetric("circuits")!.snapshot()).toMatchObject([{ labels: { affectedNodeID: "here" } }]);
	});
});
