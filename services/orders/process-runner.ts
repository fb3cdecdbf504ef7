import type { Caller } from "@kernel/contract";
import type { CommitMeta } from "@kernel/cloud-event";
import { isRejection } from "@kernel/rejection";
import { orderSnapshot, type OrdersContext, type ProcessResult, type Seen, type Shortage } from "./context";
import type { Placement } from "./domain/model";
import { NO_PROGRESS, nextSteps, type ProcessProgress, type Step } from "./domain/checkout-process";
import { STEPS, type StepOutcome, type StepInput } from "./process-steps";

/** Upper bound for rounds of steps. A process that exceeds it is a defect. */
const MAX_TURNS = 40;

/** Starting point of a run: a stored order, or one that is still to be placed. */
export interface ProcessStart extends Seen {
	readonly placement?: Placement;
}

const stored = async ({ actors }: OrdersContext, orderId: string): Promise<Seen> => {
	const found = await actors.read(orderId, orderSnapshot);
	if (!found) throw new Error(`order ${orderId} does not exist`);
	return found;
};

/**
 * Waits until all are settled, so that no step outlives its run.
 * @throws the error of the first rejected promise
 */
const settleAll = async <T>(work: readonly Promise<T>[]): Promise<readonly T[]> => {
	await Promise.allSettled(work);
	return Promise.all(work);
};

const run = async (
	context: OrdersContext,
	caller: Caller,
	orderId: string,
	cause: CommitMeta,
	from?: ProcessStart,
): Promise<ProcessResult> => {
	const { actors, clock } = context;
	const shortages: Shortage[] = [];
	let progress: ProcessProgress = NO_PROGRESS;
	/** The order as this run last read or wrote it. Other writers may have changed it since; `write` detects conflicting changes. */
	let known: Seen = from ?? (await stored(context, orderId));
	const write: StepInput["write"] = async (name, command) => {
		const at = clock();
		const meta = { ...cause, at };
		const written = await actors[name === "place" ? "create" : "send"](orderId, name, { ...command, at }, orderSnapshot, meta);
		known = isRejection(written) ? await stored(context, orderId) : written;
	};
	const make = async (step: Step): Promise<StepOutcome> => {
		const begun = performance.now();
		const { placement } = from ?? {};
		const outcome = await STEPS[step]({ context, caller, now: clock(), order: known.order, placement, progress, shortages, write });
		context.observeStep(step, (performance.now() - begun) / 1_000);
		return outcome;
	};
	for (let turn = 0; turn < MAX_TURNS; turn++) {
		const steps = nextSteps(known.order, progress);
		const outcomes = await settleAll(steps.map(make));
		if (steps.length === 0 || outcomes.includes("stop")) return { ...known, shortages };
		for (const outcome of outcomes) if (outcome !== "stop") progress = { ...progress, ...outcome };
	}
	throw new Error(`the process of order ${orderId} did not end within ${MAX_TURNS} rounds of steps`);
};

/**
 * Runs the process from the state of the order until no step is left or a step has to wait. Safe to run on any node at any time, because
 * each step is idempotent. Concurrent calls on one node share a run.
 *
 * @param from starting point; loaded from the store if omitted
 * @throws if a step fails: the order keeps its state, and the recovery sweep resumes it
 */
export const runProcess = (
	context: OrdersContext,
	caller: Caller,
	orderId: string,
	cause: CommitMeta,
	from?: ProcessStart,
): Promise<ProcessResult> => {
	const inFlight = context.runs.get(orderId);
	if (inFlight) return inFlight;
	const started = run(context, caller, orderId, cause, from).finally(() => {
		context.runs.delete(orderId);
	});
	context.runs.set(orderId, started);
	return started;
};

/** Waits for a run in flight, which may not have seen the latest change, and runs the process again. */
export const rerunProcess = async (context: OrdersContext, caller: Caller, orderId: string, cause: CommitMeta): Promise<ProcessResult> => {
	await context.runs.get(orderId)?.catch(() => undefined); // the caller of that run receives the error
	return runProcess(context, caller, orderId, cause);
};
