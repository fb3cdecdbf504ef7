/** Finds the process that listens on a port of this machine, from /proc on Linux. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const LISTENING = "0A";

/** @param table text of /proc/net/tcp or tcp6 @returns the inodes of the sockets that listen on this port */
export const listenersIn = (table: string, port: number): string[] =>
	table
		.split("\n")
		.map((line) => line.trim().split(/\s+/))
		.filter(([, local, , state]) => state === LISTENING && Number.parseInt(local!.split(":")[1]!, 16) === port)
		.map((fields) => fields[9]!);

const attempt = <T>(read: () => T, otherwise: T): T => {
	try {
		return read();
	} catch {
		return otherwise; // the process has ended, or its files are not readable
	}
};

const socketsOf = (pid: string): string[] =>
	attempt(() => readdirSync(`/proc/${pid}/fd`), []).map((fd) => attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ""));

/** @returns undefined if no process is found: not on Linux, on another machine, or in a container */
export const pidListeningOn = (port: number): number | undefined => {
	const tables = ["tcp", "tcp6"].map((name) => attempt(() => readFileSync(`/proc/net/${name}`, "utf8"), ""));
	const wanted = new Set(tables.flatMap((table) => listenersIn(table, port)).map((inode) => `socket:[${inode}]`));
	if (wanted.size === 0) return undefined;
	const pid = readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.find((each) => socketsOf(each).some((socket) => wanted.has(socket)));
	return pid === undefined ? undefined : Number(pid);
};
