import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Program } from "@config/program";
import { call } from "@kernel/contract";
import { operator } from "@mixins/operator";
import { Products, type ImportReport } from "@services/products/products.contract";
import { Users } from "@services/users/users.contract";

const DEMO = join(__dirname, "..", "services", "products", "demo", "products.csv");

export const importFile = (
	program: Program,
	stream: Readable,
	params: { currency?: string; dryRun?: boolean; stock?: "new" | "set" },
): Promise<ImportReport> => call(operator(program.broker, { stream }), Products.import, params);

const hosts = ({ broker }: Program, name: string): boolean => Boolean(broker.getLocalService(name) as unknown);

/** The demo needs somebody who counts stock. */
const INVENTORY_WAIT_MS = 60_000;

const putOnShelves = async (program: Program): Promise<string[]> => {
	const { broker, furnishing, runtime } = program;
	const isEmpty = async (): Promise<boolean> => (await call(broker, Products.list, { limit: 1 })).total === 0;
	if (!(await furnishing.begin(isEmpty))) return [];
	const { products } = await importFile(program, createReadStream(DEMO), { currency: runtime.settings.currency });
	await furnishing.done();
	return [`  Demo      ${products.created} products were put on the shelves (DEMO=false for an empty shop)`];
};

/** What an empty store needs before its first customer: an administrator, and something to look at. @returns lines for the operator */
const stock = async (program: Program): Promise<string[]> => {
	const { broker, runtime } = program;
	if (!runtime.settings.demo || !hosts(program, "products")) return [];
	const counted = await broker.waitForServices("inventory", INVENTORY_WAIT_MS).then(
		() => true,
		() => false,
	);
	return counted ? putOnShelves(program) : ["  Demo      left out: no node hosts inventory"];
};

const admit = async (program: Program): Promise<string[]> => {
	if (!hosts(program, "users")) return [];
	const { created, email, password } = await call(program.broker, Users.ensureAdmin, {});
	if (!created) return [];
	return [
		password === null
			? `  Admin     ${email}, with the ADMIN_PASSWORD of the settings`
			: `  Admin     ${email}, password ${password} (shown this once)`,
	];
};

const addresses = (program: Program): string[] => {
	const gateway = program.broker.getLocalService("gateway") as unknown as { server?: { address(): { port: number } } } | undefined;
	if (!gateway?.server) return [];
	const base = `http://localhost:${gateway.server.address().port}`;
	return [`  API       ${base}/v1`, `  Docs      ${base}/docs`, `  Health    ${base}/health/live  ${base}/health/ready`];
};

export const furnish = async (program: Program): Promise<string[]> => {
	const news = [...(await admit(program)), ...(await stock(program))];
	const { metricsPort } = program.runtime.settings;
	const metrics = metricsPort === 0 ? [] : [`  Metrics   http://localhost:${metricsPort}/metrics`];
	const { services } = program.runtime.settings;
	const hosted = services === undefined ? [] : [`  Hosts     ${services.join(" ")}`];
	return ["Tianguis is open.", ...hosted, ...addresses(program), ...metrics, ...news];
};
