/** RabbitMQ, a node or a cluster of three, independent of the system's RabbitMQ: it has its own folders, cookie, ports and epmd. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fromProject } from "./libraries.mjs";
import { onPath, rabbitmqServer } from "./programs.mjs";

/** Not "guest", which a container accepts only from its own loopback address. */
export const USER = "tianguis";

const nodeName = (index) => `rabbit${index + 1}@localhost`;
const membersOf = ({ members }) => Array.from({ length: members }, (_, index) => index);
const urlOf = (port) => `amqp://${USER}:${USER}@127.0.0.1:${port}`;

const write = (path, text, mode = 0o600) => {
	writeFileSync(path, text, { mode });
	return path;
};

/** Settings that RabbitMQ would otherwise read from the system's folders or the user's home. */
const environment = (folder, { ports }, index) => ({
	...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(RABBITMQ|ERL)_/.test(name))),
	HOME: folder,
	ERL_EPMD_PORT: String(ports.epmd),
	ERL_EPMD_ADDRESS: "127.0.0.1",
	RABBITMQ_CONF_ENV_FILE: join(folder, "env.conf"),
	RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq.conf"),
	RABBITMQ_CONFIG_FILES: join(folder, "conf.d"),
	RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, "advanced.config"),
	RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
	RABBITMQ_NODENAME: nodeName(index),
	RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
	RABBITMQ_NODE_PORT: String(ports.rabbitmq[index]),
	RABBITMQ_DIST_PORT: String(ports.distribution[index]),
	RABBITMQ_MNESIA_BASE: join(folder, "mnesia"),
	RABBITMQ_LOG_BASE: join(folder, "log"),
	RABBITMQ_LOGS: "-",
	RABBITMQ_PID_FILE: join(folder, `${index}.pid`),
	// Idle schedulers spin by default: with the tests on two cores, they must not.
	RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none",
	// The script execs the server, so that the recorded process is the server itself.
	RUNNING_UNDER_SYSTEMD: "true",
});

const configuration = (where) =>
	[
		`default_user = ${USER}`,
		`default_pass = ${USER}`,
		"log.console.level = info",
		...(where.members === 1
			? []
			: [
					"cluster_formation.peer_discovery_backend = classic_config",
					...membersOf(where).map((index) => `cluster_formation.classic_config.nodes.${index + 1} = ${nodeName(index)}`),
					"cluster_partition_handling = pause_minority",
				]),
		"",
	].join("\n");

/** Opens a real connection. @returns the version */
const connect = async (port) => {
	const { connect } = fromProject("amqplib");
	const connection = await connect(urlOf(port), { timeout: 5_000 });
	connection.on("error", () => undefined);
	const { version } = connection.connection.serverProperties;
	await connection.close();
	return version;
};

const programOf = (index) => `rabbitmq${index + 1}`;

export const rabbitmq = {
	name: "rabbitmq",
	variable: "AMQP_URL",
	program: rabbitmqServer,
	packages: ["rabbitmq-server"],
	url: ({ ports }) => urlOf(ports.rabbitmq[0]),
	/** URLs of all members of a RabbitMQ cluster. */
	urls: (where) => membersOf(where).map((index) => urlOf(where.ports.rabbitmq[index])),
	programs: (where) => membersOf(where).map(programOf),

	async start(instance, where, ready) {
		const folder = join(instance.folder, "rabbitmq");
		const isNew = !existsSync(folder);
		mkdirSync(join(folder, "conf.d"), { recursive: true });
		if (isNew) write(join(folder, ".erlang.cookie"), randomBytes(20).toString("hex"), 0o400);
		write(join(folder, "env.conf"), "");
		write(join(folder, "rabbitmq.conf"), configuration(where));
		write(join(folder, "advanced.config"), "[].\n");
		write(join(folder, "enabled_plugins"), "[].\n");
		// A separate epmd, so that it is recorded and can be stopped. One started by a node is not recorded.
		const epmd = onPath("epmd");
		if (epmd) instance.start("epmd", epmd, ["-port", String(where.ports.epmd), "-address", "127.0.0.1"]);
		const launch = (index) =>
			instance.start(programOf(index), where.program, [], { cwd: folder, env: environment(folder, where, index) });
		launch(0);
		if (where.members === 1) return;
		// The first node starts before the others look for a cluster. Nodes that start at once may not find each other.
		// A node with existing data waits for the others.
		if (isNew) await ready(programOf(0), () => connect(where.ports.rabbitmq[0]));
		for (const index of membersOf(where).slice(1)) launch(index);
		await ready(programOf(where.members - 1), () => this.look(where));
		const ctl = spawnSync(
			join(dirname(where.program), "rabbitmqctl"),
			["--silent", "await_online_nodes", String(where.members), "--timeout", "60"],
			{
				env: environment(folder, where, 0),
				encoding: "utf8",
			},
		);
		if (ctl.status !== 0) throw new Error(`RabbitMQ's nodes did not find each other: ${ctl.stderr ?? ctl.error}`);
	},

	async look(where) {
		const versions = await Promise.all(membersOf(where).map((index) => connect(where.ports.rabbitmq[index])));
		return versions[0];
	},
};
