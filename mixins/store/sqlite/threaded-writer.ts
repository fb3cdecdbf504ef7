import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { PRAGMAS, type GroupWriter, type Statement, type Write } from "./group-writer";

/** `isFatal`: the disk failed, so the content of the file is unknown. */
type Answer = { readonly refused: readonly number[] } | { readonly failure: string; readonly isFatal: boolean };

/** Writes on a separate thread, so that the event loop never waits for the disk. The first group starts the thread. */
export const threadedWriter = (path: string): GroupWriter => {
	let thread: Worker | undefined;
	let pending = Promise.withResolvers<readonly number[]>();
	let broken: Error | undefined;
	/** Numbers of the statements that the thread has prepared, by SQL text. */
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
	/** Encodes a group in the flat form that writer.cjs reads. */
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
				thread.unref(); // an idle writer does not keep the process running
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
