import { ServiceBroker } from "moleculer";
import { resilienceOptions } from "@config/resilience";
import { serviceError } from "@mixins/errors/service-errors";

interface Held {
	readonly name: string;
	snapshot(): { labels: Record<string, string>; value?: number; count?: number; sum?: number; buckets?: Record<string, number> }[];
}

const broker = (metrics: boolean): ServiceBroker => {
	const made = new ServiceBroker({ ...resilienceOptions(), logger: false, metrics: { enabled: metrics, reporter: [] } });
	made.createService({
		name: "a",
		actions: {
			leaf: ({ params: { how } }: { params: { how: string } }) => {
				if (how === "refuse") throw serviceError("OUT_OF_STOCK");
				if (how === "break") throw Object.assign(new TypeError("x"), { type: "x-1234" });
				return how;
			},
			root: (ctx: { call(name: string, params: object): Promise<unknown> }) => ctx.call("a.leaf", { how: "well" }),
		},
	} as never);
	return made;
};

test("counts and times calls by action and caller under Moleculer's names, and failures by code", async () => {
	const made = broker(true);
	await made.start();
	await made.call("a.root", {});
	await made.call("a.leaf", { how: "well" });
	for (const how of ["refuse", "break", "break"]) await made.call("a.leaf", { how }).catch(() => undefined);
	const read = (name: string) =>
		(made.metrics.getMetric(name) as unknown as Held).snapshot().filter(({ labels }) => labels["action"] === "a.leaf");
	const common = { service: "a", action: "a.leaf", type: "local" };
	expect(read("moleculer.request.total")).toMatchObject([
		{ labels: { ...common, caller: "a" }, value: 1 },
		{ labels: { ...common, caller: "" }, value: 4 },
	]);
	expect(read("moleculer.request.time")).toMatchObject([
		{ labels: { ...common, caller: "a" }, count: 1, buckets: { 10000: 1 } },
		{ labels: { ...common, caller: "" }, count: 4, buckets: { 10000: 4 } },
	]);
	expect(read("moleculer.request.error.total")).toMatchObject([
		{ labels: { ...common, caller: "", errorType: "OUT_OF_STOCK" }, value: 1 },
		{ labels: { ...common, caller: "", errorType: "other" }, value: 2 },
	]);
	expect(made.metrics.getMetric("moleculer.event.received.total")).toBeTruthy();
	await made.stop();
});

test("counts nothing if metrics are disabled", async () => {
	const made = broker(false);
	await made.start();
	expect(await made.call("a.root", {})).toBe("well");
	expect(made.metrics.getMetric("moleculer.request.total")).toBeFalsy();
	await made.stop();
});
