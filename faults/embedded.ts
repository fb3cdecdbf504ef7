import { rmSync } from "node:fs";
import { join } from "node:path";
import { readFolderSnapshot } from "../cli/check/snapshot";
import { ADMIN, type SystemUnderTest, type SystemOptions } from "./system-under-test";
import { createNode } from "./node";
import { proxy } from "./faulty-link";
import { WEBHOOK_SECRET } from "./webhooks";

/** Settings of every node, independent of its services. */
export const ENV = {
	METRICS_PORT: "0",
	DEMO: "false",
	RATE_LIMITS: "off",
	LOG_LEVEL: "warn",
	ADMIN_EMAIL: ADMIN.email,
	ADMIN_PASSWORD: ADMIN.password,
	TEST_WEBHOOK_SECRET: WEBHOOK_SECRET,
} as const;

/** The whole program in one process, reached through a link that can be cut. */
export const embedded = async ({
	program,
	folder,
	seed,
	env = {},
	preload = ["duplicate-events.js"],
}: SystemOptions): Promise<SystemUnderTest> => {
	const data = join(folder, "data");
	const node = await createNode({
		name: "shop",
		program,
		env: { ...ENV, DATA_DIR: data, FAULTS_SEED: seed, ...env },
		preload,
		logs: join(folder, "logs"),
	});
	await node.start();
	const line = await proxy(node.port);
	return {
		nodes: [node],
		links: new Map([["shoppers to shop", line]]),
		engines: [],
		freezeMs: 6_000,
		everyMs: 3_000,
		gateways: () => [`http://127.0.0.1:${line.port}`],
		publications: () => [],
		snapshot: () => readFolderSnapshot(data),
		async close(keep) {
			await node.end("SIGTERM");
			await line.close();
			if (!keep) rmSync(folder, { recursive: true, force: true });
		},
	};
};
