import { spawn } from "node:child_process";
import { join } from "node:path";
import { onServerCore } from "./cores";

export interface Start {
	/** The working copy whose built program is started. */
	readonly workingCopy: string;
	/** Names of services; none: all. */
	readonly services?: readonly string[];
	/** Nothing else is in the environment but PATH. */
	readonly env: Readonly<Record<string, string>>;
	/** On the core of the programs under test. */
	readonly pin: boolean;
}

/** A program that was started: it may not be ready yet. */
export interface Running {
	readonly pid: number;
	/** The exit code; null where it was killed, undefined while it runs. */
	exitCode(): number | null | undefined;
	/** By the signal; SIGTERM asks for a graceful stop. Resolves with the exit code, null where it was killed. */
	stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** The built program in a process of its own, which ends with this process. */
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
