import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { childEnvironment } from "@config/env";
import { builtProgram } from "../../cli/built-program";
import { checkInvariants } from "../../cli/check/invariants";
import { loadBalancer } from "../../cli/cluster/load-balancer";
import { LAYOUTS } from "../../cli/cluster/layout";
import { startCluster, troublesOf, type Cluster } from "../support/cluster";
import { concurrentShoppers, type ConcurrentShoppers } from "../support/concurrent-shoppers";
import { describeWith, engines } from "../support/engines";
import { admin, client, orderOf, product, type Client } from "../support/shopper";
import { eventually } from "../support/world";

const [GATEWAY, CATALOGUE, COMMERCE] = LAYOUTS.recommended;

/** A cluster in the recommended layout behind a load balancer with one address, as with `npm run cluster`. */
describeWith("redis", "rabbitmq", "mongodb", "a cluster under load whose nodes are stopped and killed", () => {
	let cluster: Cluster;
	let skus: string[];
	let door: { url: string };
	const entrance = loadBalancer();
	const open = (): void => {
		entrance.to(cluster.nodes.flatMap(({ port }) => port ?? []));
	};
	const api = (): Client => client(door);
	const crowds: ConcurrentShoppers[] = [];
	const come = (size: number): ConcurrentShoppers => {
		const all = concurrentShoppers(door, skus, size);
		crowds.push(all);
		return all;
	};
	afterEach(() => Promise.all(crowds.splice(0).map((all) => all.goHome())));

	beforeAll(async () => {
		cluster = await startCluster(engines() as Required<ReturnType<typeof engines>>);
		open();
		entrance.server.listen(0, "127.0.0.1");
		await once(entrance.server, "listening");
		door = { url: `http://127.0.0.1:${(entrance.server.address() as AddressInfo).port}` };
		const staff = await admin(api());
		skus = await Promise.all([1, 2, 3].map(() => product(staff, { stock: 100_000 })));
	}, 120_000);
	afterAll(async () => {
		entrance.server.close();
		const ends = await cluster.stop();
		await cluster.discard();
		expect(ends.filter((code) => code !== 0)).toEqual([]);
	}, 60_000);

	const right = (withinMs: number) =>
		eventually(
			async () => {
				const { counted, violations } = checkInvariants(await cluster.snapshot());
				return violations.length === 0 && counted["orders still open"] === 0;
			},
			"all invariants hold",
			withinMs,
		);

	test("join and leave: nobody notices", async () => {
		const shoppers = come(4);
		const more = (): Promise<unknown> => {
			const before = shoppers.orders.length;
			return eventually(() => shoppers.orders.length >= before + 8, "some more have bought", 60_000);
		};
		await more();
		const old = [GATEWAY, CATALOGUE, COMMERCE].map((group) => cluster.nodes.find(({ name }) => name === group)!);
		await Promise.all([GATEWAY, CATALOGUE, COMMERCE].map((group) => cluster.start(group)));
		open();
		await more();
		await Promise.all(old.map((node) => node.stop()));
		expect(await Promise.all(old.map(({ ended }) => ended))).toEqual([0, 0, 0]);
		await more();
		await shoppers.goHome();
		expect(shoppers.failures).toEqual([]);
		await right(20_000);
		for (const order of shoppers.orders.slice(-20)) expect((await orderOf(api(), order)).status).toBe("confirmed");
		expect(troublesOf(cluster)).toEqual([]);
	}, 180_000);

	test("are looked at and sent home by an operator", async () => {
		const shoppers = come(2);
		await eventually(() => shoppers.orders.length > 0, "one has bought", 30_000);
		const order = shoppers.orders[0]!;
		const operator = spawn(process.execPath, [join(builtProgram(), "cli", "repl.js")], { env: childEnvironment(cluster.env) });
		let heard = "";
		for (const stream of [operator.stdout, operator.stderr]) stream.on("data", (text: Buffer) => (heard += text.toString()));
		const gone = once(operator, "exit");
		const reads = (what: RegExp): Promise<true> => eventually(() => what.test(heard), `the operator reads ${what}`, 30_000);
		/** @returns all that it prints until it is ready for the next command */
		const type = async (command: string): Promise<string> => {
			heard = "";
			operator.stdin.write(`${command}\n`);
			await reads(/mol \$ $/);
			return heard;
		};
		try {
			await reads(/mol \$ $/);
			const shown = await eventually(async () => {
				const text = await type("cluster");
				return /auth 2 {2}carts 2 {2}gateway 2 .*users 2/.test(text) && text;
			}, "all nodes are shown");
			for (const { pid } of cluster.nodes) expect(shown).toMatch(new RegExp(`^\\S+-${pid}-\\w+  tianguis `, "m"));
			expect(await type(`order explain ${order.number}`)).toMatch(/order\.confirmed/);
			expect(await type("unpublished")).toMatch(/no unpublished commits|oldest unpublished commit:/);
			expect(await type("checkout stuck")).toContain("no stuck orders");
			expect(await type("node drain nobody")).toContain("! there is no node nobody");

			const leaver = cluster.nodes.find(({ name }) => name === COMMERCE)!;
			const id = new RegExp(`^\\S+-${leaver.pid}-\\w+`, "m").exec(shown)![0];
			expect(await type(`node drain ${id}`)).toContain(`${id} has drained and left`);
			expect(await leaver.ended).toBe(0);
			await shoppers.buy();
			await shoppers.goHome();
			expect(shoppers.failures).toEqual([]);
			operator.stdin.end();
			expect((await gone)[0]).toBe(0);
		} finally {
			operator.kill("SIGKILL");
		}
		expect(troublesOf(cluster)).toEqual([]);
	}, 120_000);

	test.each([1, 5])(
		"are killed while they work on orders (commit %i of a checkout): others bring them to an end",
		async (at) => {
			const folder = mkdtempSync(join(tmpdir(), "tianguis-crash-"));
			const file = join(folder, "crash");
			const preload = join(builtProgram(), "faults", "preload", "crash-point.js");
			const mortal = await cluster.start(COMMERCE, { NODE_OPTIONS: `--require ${preload}`, FAULTS_CRASH_FILE: file });
			writeFileSync(file, JSON.stringify({ kinds: ["commit"], at }));
			const shoppers = come(8);
			let code: number | null | undefined;
			void mortal.ended.then((ended) => (code = ended));
			await eventually(() => code !== undefined, "one of the orders has come to it, and it has died", 30_000);
			expect(code).toBeNull();
			await shoppers.goHome();
			await right(10_000);
			expect(existsSync(`${file}.log`) && readFileSync(`${file}.log`, "utf8")).toMatch(/^commit /);
			expect(shoppers.failures).toEqual([]);
			for (const order of shoppers.orders) expect((await orderOf(api(), order)).status).toBe("confirmed");
			rmSync(folder, { recursive: true });
		},
		120_000,
	);
});
