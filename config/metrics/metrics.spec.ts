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

describe("what is measured", () => {
	test("is shown among the metrics of the broker, whether it was known before it or comes later", () => {
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

	test("is there at 0 before it first happens, where there is nothing to tell apart", () => {
		const host = broker();
		const metrics = appMetrics();
		metrics.showIn(host.metrics);
		metrics.counter({ name: "tianguis_never_total", help: "Never." });
		metrics.counter({ name: "tianguis_apart_total", help: "Apart.", labels: ["kind"] }).labels({ kind: "a" });
		expect(valueOf(scrape(host), "tianguis_never_total")).toBe(0);
		expect(valueOf(scrape(host), "tianguis_apart_total", { kind: "a" })).toBe(0);
	});

	test("the same name twice is one instrument, and gauges of one name are shown together", () => {
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

	test("a histogram counts what is at a bound below it, and what is over all in the last", () => {
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

	test("the process, under the names that others give it", () => {
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

test("the turns of the event loop are counted by their length: wall time, and the processor time of our own work", async () => {
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

	test("escapes what would break it", () => {
		const text = exposition(metric({ description: "a\nb\\c", snapshot: () => [{ labels: { l: 'x"y\\z\n' }, value: 1 }] }), {});
		const [sample] = parseExposition(text).get("a_b_c")!.samples;
		expect(sample).toEqual({ name: "a_b_c", labels: { l: 'x"y\\z\n' }, value: 1 });
	});

	test("a gauge is called no total", () => {
		const text = exposition(metric({ name: "nodes.online.total", snapshot: () => [{ labels: {}, value: 1 }] }), {});
		expect([...parseExposition(text).keys()]).toEqual(["nodes_online"]);
	});

	test("of nothing is nothing; what is no number is none", () => {
		expect(exposition(metric({}), {})).toBe("");
		expect(valueOf(parseExposition(exposition(metric({ snapshot: () => [{ labels: {}, value: null }] }), {})), "a_b_c")).toBeNaN();
	});
});

describe("labels of Moleculer's", () => {
	test("whose values nobody bounds are left out, and what they told apart is added up", () => {
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

	test("others stay as they are", () => {
		const series = [{ labels: { action: "a" }, value: 1 }];
		expect(boundLabels(series)).toBe(series);
	});

	test("what was said of a node ends with it", () => {
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
