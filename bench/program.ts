import { spawn } from "node:child_process";
import { join } from "node:path";
import { onServerCore } from "./cores";

export interface Start {
	/** The working copy whose built program is started. */
	readonly workingCopy: string;
	/** Names of the services to host. Default: all. */
	readonly services?: readonly string[];
	/** The environment. Only PATH is added. */
	readonly env: Readonly<Record<string, string>>;
	/** Whether the program runs on the core of the programs under test. */
	readonly pin: boolean;
}

/** A started program, which may not be ready yet. */
export interface Running {
	readonly pid: number;
	/** The exit code; null if a signal ended the program, undefined while it runs. */
	exitCode(): number | null | undefined;
	/** Sends the signal; SIGTERM requests a graceful stop. Resolves with the exit code, null if a signal ended the program. */
	stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts the built program in a child process, which is killed when this process exits. */
export const startProgram = ({ workingCopy, services = [], env, pin }: Start): Running => {
	const program = [join(workingCopy, "dist", "main.js"), ...services];
	const [command, args] = pin ? onServerCore(process.execPath, program) : [process.execPath, program];
	const child = spawn(command, args, {
		cwd: workingCopy,
		stdio: ["ignore", "ignore", "inherit"],
		env: { PATH: process.env["PATH"], ...env },
	});
	const kill = (): void => void child.kill("SIGKILL");
	process.once("exit", kill);
	let exitCode: number | null | undefined;
	const ended = new Promise<number | null>((resolve) => child.once("exit", resolve)).then((code) => {
		process.off("exit", kill);
		return (exitCode = code);
	});
	return {
		pid: child.pid!,
		exitCode: () => exitCode,
		stop: (signal = "SIGTERM") => {
			child.kill(signal);
			return ended;
		},
	};
};
