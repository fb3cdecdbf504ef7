import { createReadStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Program } from "@config/program";
import { call } from "@kernel/contract";
import { Products } from "@services/products/products.contract";
import { Users } from "@services/users/users.contract";
import { READY_LINE } from "./built-program";
import { importFile } from "./import-file";

const DEMO = join(__dirname, "..", "services", "products", "demo", "products.csv");

const hosts = ({ broker }: Program, name: string): boolean => Boolean(broker.getLocalService(name) as unknown);

/** The demo catalogue needs the inventory service, which counts stock. */
const INVENTORY_WAIT_MS = 60_000;
/** Maximum wait for an unavailable dependency before the start fails. */
const AWAY_MS = 60_000;
const RETRY_MS = 500;

const importDemoProducts = async (program: Program): Promise<string[]> => {
	const { broker, seeding, runtime } = program;
	const isEmpty = async (): Promise<boolean> => (await call(broker, Products.list, { limit: 1 })).total === 0;
	if (!(await seeding.begin(isEmpty))) return [];
	const { products } = await importFile(program, createReadStream(DEMO), { currency: runtime.settings.currency });
	await seeding.done();
	return [`  Demo      ${products.created} demo products imported (DEMO=false starts with an empty catalogue)`];
};

/** Prepares an empty store: creates the administrator and the demo catalogue. @returns lines for the operator */
const seedDemoCatalogue = async (program: Program): Promise<string[]> => {
	const { broker, runtime } = program;
	if (!runtime.settings.demo || !hosts(program, "products")) return [];
	const counted = await broker.waitForServices("inventory", INVENTORY_WAIT_MS).then(
		() => true,
		() => false,
	);
	return counted ? importDemoProducts(program) : ["  Demo      skipped: no node hosts inventory"];
};

const ensureAdministrator = async (program: Program): Promise<string[]> => {
	if (!hosts(program, "users")) return [];
	const { created, email, password } = await call(program.broker, Users.ensureAdmin, {});
	if (!created) return [];
	return [
		password === null
			? `  Admin     ${email}, with the password set in ADMIN_PASSWORD`
			: `  Admin     ${email}, password ${password} (shown this once)`,
	];
};

const addresses = (program: Program): string[] => {
	const gateway = program.broker.getLocalService("gateway") as unknown as { server?: { address(): { port: number } } } | undefined;
	if (!gateway?.server) return [];
	const base = `http://localhost:${gateway.server.address().port}`;
	return [`  API       ${base}/v1`, `  Docs      ${base}/docs`, `  Health    ${base}/health/live  ${base}/health/ready`];
};

/** Retries while another service or a store is briefly unavailable. The steps are idempotent. */
const retryWhileUnavailable = async (work: () => Promise<string[]>): Promise<string[]> => {
	for (const deadline = performance.now() + AWAY_MS; ;) {
		try {
			return await work();
		} catch (cause) {
			if ((cause as { readonly type?: unknown }).type !== "UNAVAILABLE" || performance.now() > deadline) throw cause;
			await pause(RETRY_MS);
		}
	}
};

export const bootstrap = async (program: Program): Promise<string[]> => {
	const news = [
		...(await retryWhileUnavailable(() => ensureAdministrator(program))),
		...(await retryWhileUnavailable(() => seedDemoCatalogue(program))),
	];
	const { metricsPort } = program.runtime.settings;
	const metrics = metricsPort === 0 ? [] : [`  Metrics   http://localhost:${metricsPort}/metrics`];
	const { services } = program.runtime.settings;
	const hosted = services === undefined ? [] : [`  Hosts     ${services.join(" ")}`];
	return [READY_LINE, ...hosted, ...addresses(program), ...metrics, ...news];
};
