/**
 * Preloaded before the program by the crash-point walk only. It counts the steps of a checkout from its start in this
 * process and kills the process with SIGKILL at the requested step. At each checkout it reads the file FAULTS_CRASH_FILE
 * and removes it, so that one walk can span many starts.
 */
import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import type { Collection, Store } from "@mixins/store/port";

/** The requested crash point: the number of the step among these kinds. */
export interface CrashOrder {
	/** "commit": a commit is durable but not yet confirmed; "call": before a call to another service; "called": after its reply, before it is processed. */
	readonly kinds: readonly string[];
	readonly at: number;
}

type Call = (caller: unknown, action: { readonly name: string }, params: object) => Promise<unknown>;

const file = process.env["FAULTS_CRASH_FILE"] ?? "";
let order: CrashOrder | undefined;
let count = 0;

const arm = (): void => {
	if (order !== undefined || !existsSync(file)) return;
	order = JSON.parse(readFileSync(file, "utf8")) as CrashOrder;
	rmSync(file);
};

const step = (kind: string, name: string): void => {
	if (!order?.kinds.includes(kind)) return;
	count += 1;
	if (count !== order.at) return;
	appendFileSync(`${file}.log`, `${kind} ${name}\n`);
	process.kill(process.pid, "SIGKILL");
};

const watched = <S, E extends { readonly type: string }>(kind: string, collection: Collection<S, E>): Collection<S, E> => ({
	...collection,
	async commit(id, expected, events, state, meta) {
		const done = await collection.commit(id, expected, events, state, meta);
		if (done) step("commit", `${kind} ${events.map(({ type }) => type).join("+")}`);
		return done;
	},
});

const withSteps = (store: Store): Store => ({
	...store,
	collection: (kind) => watched(kind.name, store.collection(kind) as never) as never,
});

/** The patched module must be the same instance that the program loads. */
const load = (path: string): Record<string, unknown> => {
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	return require(path) as Record<string, unknown>;
};

for (const [path, name] of [
	["../../mixins/store/sqlite", "sqliteStore"],
	["../../mixins/store/mongo", "mongoStore"],
] as const) {
	const module = load(path);
	const make = module[name] as (...args: unknown[]) => Store;
	module[name] = (...args: unknown[]) => withSteps(make(...args));
}

// A broker middleware is not enough: local calls may bypass it.
const contract = load("../../kernel/contract");
const call = contract["call"] as Call;
const stepping: Call = async (caller, action, params) => {
	step("call", action.name);
	try {
		return await call(caller, action, params);
	} finally {
		step("called", action.name);
	}
};
contract["call"] = stepping;

const orders = load("../../services/orders/checkout");
const handlers = orders["checkoutActions"] as
	((...args: unknown[]) => Record<string, (...args: unknown[]) => Promise<unknown>>) | undefined;
if (!handlers) throw new Error("services/orders/checkout exports no checkoutActions: the crash points do not fit the program");
orders["checkoutActions"] = (...args: unknown[]) => {
	const made = handlers(...args);
	const { checkout } = made;
	return { ...made, checkout: (...asked: unknown[]) => (arm(), checkout!(...asked)) };
};
