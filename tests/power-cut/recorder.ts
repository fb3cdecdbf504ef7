import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseRecording, type Entry } from "./recording";

/** Records what a program does to a folder. See recorder.c. */
export interface Recorder {
	/** The environment of the program to record. It kills itself (SIGKILL) when the recording has this many bytes. */
	env(limitBytes: number): Readonly<Record<string, string>>;
	/** Length of the recording in bytes. */
	size(): number;
	entries(): Entry[];
}

const whyNone = (): string | undefined => {
	if (process.platform !== "linux") return "the recorder needs Linux";
	try {
		execFileSync("cc", ["--version"], { stdio: "ignore" });
		return undefined;
	} catch {
		return "the recorder needs a C compiler: cc was not found";
	}
};

/** Runs `describe` if a program can be recorded. Otherwise the tests are skipped and the title states the reason; with CI=true they fail. */
export const describeWithRecorder = (title: string, body: () => void): void => {
	const reason = whyNone();
	if (reason === undefined) describe(title, body);
	else if (process.env["CI"] !== "true") describe.skip(`${title} (left out: ${reason})`, body);
	else {
		describe(title, () => {
			test("has its recorder", () => {
				throw new Error(reason);
			});
		});
	}
};

/** @param scratch folder for the library and the recording; not below the recorded folder */
export const makeRecorder = (folder: string, scratch: string): Recorder => {
	const library = join(scratch, "recorder.so");
	const log = join(scratch, "recording");
	execFileSync("cc", ["-O2", "-shared", "-fPIC", "-o", library, join(__dirname, "recorder.c"), "-lpthread"], { stdio: "inherit" });
	return {
		env: (limitBytes) => ({
			LD_PRELOAD: library,
			RECORD_ROOT: realpathSync(folder),
			RECORD_LOG: log,
			RECORD_LIMIT: String(limitBytes),
		}),
		size: () => statSync(log).size,
		entries: () => parseRecording(readFileSync(log)),
	};
};
