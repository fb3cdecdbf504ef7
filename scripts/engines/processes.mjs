/** Processes that outlive the script that started them. A later script can find them. */
import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const GONE_WITHIN_MS = 10_000;

/** Start time of the process in a system-dependent form. With the id it identifies the process. Undefined if it has ended. */
const beganAt = (pid) => {
	if (process.platform !== "linux")
		return spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).stdout?.trim() || undefined;
	try {
		const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
			.replace(/^.*\) /s, "")
			.split(" ");
		return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
	} catch {
		return undefined;
	}
};

export const identityOf = (pid) => ({ pid, began: beganAt(pid) });

export const isAlive = ({ pid, began }) => began !== undefined && beganAt(pid) === began;

/** Starts it in its own session, so that Ctrl-C in the terminal does not reach it. */
export const startDetached = (program, args, { log, ...options }) => {
	const output = openSync(log, "a");
	const child = spawn(program, args, { ...options, stdio: ["ignore", output, output], detached: true });
	closeSync(output);
	child.once("error", () => undefined); // it then has no id and counts as ended
	child.unref();
	return identityOf(child.pid);
};

/** Kills the process and its children at once. Their data is not kept. */
export const kill = async (identity) => {
	if (!isAlive(identity)) return;
	const { pid } = identity;
	const deadline = performance.now() + GONE_WITHIN_MS;
	try {
		process.kill(-pid, "SIGKILL");
	} catch (cause) {
		if (cause.code !== "ESRCH") throw cause;
	}
	while (isAlive(identity) && performance.now() < deadline) await pause(20);
};
