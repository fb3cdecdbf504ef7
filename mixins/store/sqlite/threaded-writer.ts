import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { PRAGMAS, type GroupWriter, type Statement, type Write } from "./group-writer";

/** `isFatal`: the disk failed, so what the file holds is unknown. */
type Answer = { readonly refused: readonly number[] } | { readonly failure: string; readonly isFatal: boolean };

/** A writer on a thread of its own, so that the event loop never waits for the disk. The thread starts with the first group. */
export const threadedWriter = (path: string): GroupWriter => {
	let thread: Worker | undefined;
	let pending = Promise.withResolvers<readonly number[]>();
	let broken: Error | undefined;
	/** Numbers of the statements that the thread has prepared, by their text. */
	const numbers = new Map<string, number>();

	const fail = (cause: Error): void => {
		broken ??= cause;
		pending.reject(cause);
	};
	const start = (): Worker => {
		const started = new Worker(join(__dirname, "writer.cjs"), { workerData: { path, pragmas: PRAGMAS } });
		started.on("message", (answer: Answer) => {
			if ("refused" in answer) pending.resolve(answer.refused);
			else if (answer.isFatal) fail(new Error(`${answer.failure}; nothing more is written until the program is started again`));
			else pending.reject(new Error(answer.failure));
		});
		started.on("error", fail);
		started.on("exit", () => {
			fail(new Error("the thread that writes has ended"));
		});
		return started;
	};
	/** The flat form that the thread reads. */
	const pack = (group: readonly Write[]) => {
		const declare: { number: number; sql: string; arity: number }[] = [];
		const flat: (string | number | null)[] = [];
		const add = ({ sql, values }: Statement): void => {
			let number = numbers.get(sql);
			if (number === undefined) {
				numbers.set(sql, (number = numbers.size));
				declare.push({ number, sql, arity: values.length });
			}
			flat.push(number, ...values);
		};
		for (const { first, then } of group) {
			flat.push(1 + then.length);
			add(first);
			then.forEach(add);
		}
		return { declare, flat };
	};

	return {
		async write(group) {
			if (broken) throw broken;
			thread ??= start();
			thread.ref();
			pending = Promise.withResolvers();
			thread.postMessage(pack(group));
			try {
				return await pending.promise;
			} finally {
				thread.unref(); // a process with nothing left to do may end
			}
		},
		async close() {
			if (!thread) return;
			if (broken) {
				await thread.terminate();
				return;
			}
			const ended = once(thread, "exit");
			thread.ref();
			thread.postMessage("close");
			await ended;
		},
	};
};
