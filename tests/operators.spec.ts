import { operatorCommands } from "../cli/repl/index";
import type { OperatorCommand } from "../cli/repl/support";
import { EVENTS, SERVICE_FACTORIES } from "@services/index";
import { eventually, world, type World } from "@tests/support/world";
import type { Order } from "@services/orders/orders.contract";
import { admin, ADMIN, checkout, client, product, readyCart, type Client } from "./support/shopper";

describe("the operators' commands", () => {
	let shop: World;
	let api: Client;
	let sku: string;
	let later = 0;
	let printed: string[];
	beforeAll(async () => {
		shop = await world(Object.values(SERVICE_FACTORIES), {
			env: { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, RATE_LIMITS: "off" },
			events: EVENTS,
			clock: () => Date.now() + later,
		});
		await shop.broker.call("users.ensureAdmin", {});
		const gateway = shop.broker.getLocalService("gateway") as unknown as { server: { address(): { port: number } } };
		api = client({ url: `http://127.0.0.1:${gateway.server.address().port}` });
		sku = await product(await admin(api), { stock: 50 });
	}, 60_000);
	afterAll(() => shop.stop());
	beforeEach(() => {
		printed = [];
		jest.spyOn(console, "log").mockImplementation((text: string) => void printed.push(text));
	});
	afterEach(() => {
		jest.restoreAllMocks();
	});

	/** Like the REPL, assigns the words after the command to the names in its usage. */
	const run = async (typed: string): Promise<string> => {
		const [name, ...words] = typed.split(" ");
		const commands = operatorCommands(() => shop) as unknown as readonly OperatorCommand[];
		const { command, action } = commands.find((one) => one.command.split(" ")[0] === name)!;
		const names = [...command.matchAll(/[<[](\w+)[>\]]/g)].map(([, word]) => word!);
		await action(shop.broker, { options: {}, ...Object.fromEntries(words.map((word, index) => [names[index], word])) });
		return printed.splice(0).join("\n");
	};
	const buy = async (token?: string): Promise<Order> => (await checkout(api, (await readyCart(api, [sku, 1])).id, token)).body;

	test("order at: what it was then, without what came after", async () => {
		const order = await buy();
		const placedAt = new Date(Date.parse(order.placedAt)).toISOString();
		expect(await run(`order at ${order.id} 2001-01-01T00:00:00Z`)).toMatch(/^! /);
		expect(await run(`order at ${order.number} ${placedAt}`)).toMatch(/pending|confirmed/);
		expect(await run(`order at ${order.id} 2999-01-01T00:00:00Z`)).toContain("captured");
		expect(await run(`order at ${order.id} yesterday`)).toMatch(/^! .*is not a valid time/);
		expect(await run(`order explain ${order.id}`)).toContain("order.confirmed");
	});

	test("checkout stuck and resume: what waits for its provider is shown, and tried again", async () => {
		expect(await run("checkout stuck")).toBe("no stuck orders");
		const order = await buy("tok_requires_action");
		later = 11_000;
		expect(await run("checkout stuck")).toContain(order.id);
		for (const which of [order.id, "all"]) expect(await run(`checkout resume ${which}`)).toContain("pending");
		expect(await run("checkout resume ord_none")).toMatch(/^! ord_none/);
		later = 0;
	});

	test("cluster: this node, what it hosts and how it is", async () => {
		const text = await run("cluster");
		expect(text).toContain(shop.broker.nodeID);
		expect(text).toMatch(/nodes that host each service: auth 1 {2}carts 1 .*users 1/);
		await shop.relay.drained();
		expect(await run("unpublished")).toBe("no unpublished commits");
	});

	test("node drain: asks for a graceful stop of that node, and of no other", async () => {
		const signals: unknown[] = [];
		jest.spyOn(process, "kill").mockImplementation((_, signal) => {
			signals.push(signal);
			return true;
		});
		expect(await run("node drain nobody")).toMatch(/^! there is no node nobody/);
		expect(await run(`node drain ${shop.broker.nodeID}`)).toContain("is shutting down");
		await eventually(() => signals.length > 0, "the signal is sent");
		expect(signals).toEqual(["SIGTERM"]);
	});
});
