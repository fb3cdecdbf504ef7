import { Errors } from "moleculer";
import { Type } from "@sinclair/typebox";
import { personalFieldNames } from "@kernel/personal-data";
import { Address, Email, Nullable, PERSONAL } from "@kernel/schemas";
import { runInScope } from "@mixins/observability/scope";
import { STORE_UNAVAILABLE } from "@mixins/errors/unavailability";
import { openLog, serviceLog } from ".";
import { bufferedOutput } from "./buffered-output";

const opened = (level: "trace" | "info" = "trace") => {
	const lines: string[] = [];
	const log = openLog(level, personalFieldNames([Address, Type.Object({ email: Email, note: Nullable(Type.String(PERSONAL)) })]), {
		write: (line) => void lines.push(line),
	});
	return { log, lines, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
};

describe("a log line", () => {
	test("contains time, level, node, service, request and trace", () => {
		const { log, parsed } = opened();
		log.setNodeId("node-1");
		const trace = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", sampled: true };
		runInScope({ service: "orders", requestId: "req_1", trace }, () => {
			log.warn("order is waiting", { orderId: "ord_1" });
		});
		const [{ time, ...line }] = parsed() as [Record<string, unknown>];
		expect(new Date(time as string).getTime()).not.toBeNaN();
		expect(line).toEqual({
			level: "warn",
			node: "node-1",
			service: "orders",
			requestId: "req_1",
			traceId: trace.traceId,
			orderId: "ord_1",
			msg: "order is waiting",
		});
	});

	test("contains the service name outside a scope", () => {
		const { log, parsed } = opened();
		serviceLog(log, () => "carts").info("swept");
		expect(parsed()).toMatchObject([{ service: "carts" }]);
	});

	test("is omitted below the configured level", () => {
		const { log, lines } = opened("info");
		log.debug("below the level");
		log.createLogger("warn", { mod: "REGISTRY" }).info("below the level");
		expect(lines).toEqual([]);
	});

	test("of Moleculer has the same format", () => {
		const { log, parsed } = opened();
		log.createLogger("debug", { mod: "TRANSIT" }).error("Unable to send", { action: "a.b" }, new Error("gone"));
		log.createLogger("debug", { svc: "orders", mod: "ORDERS" }).debug("called", 1);
		expect(parsed()).toMatchObject([
			{
				level: "error",
				module: "transit",
				msg: "Unable to send",
				details: [{ action: "a.b" }],
				err: { class: "Error", message: "gone" },
			},
			{ level: "debug", service: "orders", msg: "called 1" },
		]);
	});
});

describe("redaction", () => {
	const secrets = [
		"ana@example.com",
		"Calle Mayor 1",
		"Ana Compradora",
		"hunter2hunter2",
		"eyJhbGciOi.eyJzdWIi.c2lnbmVk",
		"ring twice",
		"s3cret",
	];

	test("hides personal fields, secret fields and recognizable values at any depth", () => {
		const { log, lines } = opened();
		const address = { name: "Ana Compradora", line1: "Calle Mayor 1", country: "ES" };
		const cause = Object.assign(
			new Error("E11000 dup key: { email: 'ana@example.com' }", { cause: new Error("Bearer eyJhbGciOi.eyJzdWIi.c2lnbmVk") }),
			{
				data: { password: "hunter2hunter2" },
			},
		);
		log.error("mongodb://root:s3cret@db says no to ana@example.com", {
			a: { b: { c: [{ Email: "ana@example.com", ...address }] } },
			cause,
		});
		log.warn("later", { shippingAddress: address, url: "/v1/admin/orders?email=ana%40example.com", note: "ring twice" });
		log.createLogger("trace", {}).trace("Call", { params: { password: "hunter2hunter2", ...address } }, "for ana@example.com");
		for (const secret of secrets) expect(lines.join("")).not.toContain(secret);
		expect(lines.join("")).not.toContain("ana%40example.com");
		expect(lines).toHaveLength(3);
	});

	test("keeps values that only resemble personal data or secrets", () => {
		const { log, parsed } = opened();
		log.info("orders.checkout of ord_abc took 3 ms", { route: "POST /v1/carts/:cartId", cartId: "cart_0123456789abcdef", token: null });
		expect(parsed()).toMatchObject([
			{ msg: "orders.checkout of ord_abc took 3 ms", route: "POST /v1/carts/:cartId", cartId: "cart_0123...", token: null },
		]);
	});

	test("keeps the time and four more digits of a cart id", () => {
		const { log, parsed } = opened();
		log.info("seen", { cartId: `cart_0123456789abcdef${"9".repeat(28)}` });
		expect(parsed()).toMatchObject([{ cartId: "cart_0123456789abcdef..." }]);
	});

	test("keeps the code of a Moleculer error", () => {
		const { log, parsed } = opened();
		log.error("refused", { err: new Errors.MoleculerClientError("no", 409, "OUT_OF_STOCK", { errors: [{ path: "/a" }] }) });
		expect(parsed()).toMatchObject([{ err: { class: "MoleculerClientError", code: 409, type: "OUT_OF_STOCK" } }]);
	});

	test("reduces an unavailability error to class, message and type", () => {
		const { log, parsed } = opened();
		const cause = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:27017"), {
			type: STORE_UNAVAILABLE,
			reason: { servers: ["all"] },
		});
		log.error("the sweep failed", { err: cause });
		expect(parsed()[0]!["err"]).toEqual({ class: "Error", message: "connect ECONNREFUSED 127.0.0.1:27017", type: STORE_UNAVAILABLE });
	});

	test("handles circular, large and non-JSON values", () => {
		const { log, parsed } = opened();
		const loop: Record<string, unknown> = { big: 1n, bytes: Buffer.alloc(9), at: new Date(0), all: new Map([["a", 1]]), f: () => 1 };
		loop["self"] = loop;
		log.info("x".repeat(10_000), { loop, many: Array.from({ length: 1_000 }, (_, index) => index) });
		const [line] = parsed() as [{ msg: string; many: unknown[]; loop: object }];
		expect(line.msg.length).toBeLessThan(5_000);
		expect(line.many.length).toBeLessThan(100);
		expect(line.loop).toMatchObject({ big: "1", bytes: "[9 bytes]", at: "1970-01-01T00:00:00.000Z" });
	});
});

describe("lines of one event loop turn", () => {
	test("are written together, in order, in the next turn", async () => {
		const writes: string[] = [];
		const lines = bufferedOutput((text) => writes.push(text));
		lines.write("a\n");
		lines.write("b\n");
		expect(writes).toEqual([]);
		await new Promise((resolve) => setImmediate(resolve));
		expect(writes).toEqual(["a\nb\n"]);
		lines.write("c\n");
		await new Promise((resolve) => setImmediate(resolve));
		expect(writes).toEqual(["a\nb\n", "c\n"]);
	});

	test("are written at once from level warn, or if the buffer is full", async () => {
		const writes: string[] = [];
		const log = openLog(
			"info",
			[],
			bufferedOutput((text) => writes.push(text)),
		);
		log.info("first");
		expect(writes).toHaveLength(0);
		log.warn("second");
		expect(writes).toHaveLength(1);
		expect(
			writes[0]!
				.trim()
				.split("\n")
				.map((line) => (JSON.parse(line) as { msg: string }).msg),
		).toEqual(["first", "second"]);
		for (let index = 0; index < 1_000; index++) log.info("x".repeat(100));
		expect(writes.length).toBeGreaterThan(1);
		await new Promise((resolve) => setImmediate(resolve));
		expect(writes.join("").trim().split("\n")).toHaveLength(1_002);
	});
});
