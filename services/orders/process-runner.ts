import type { Caller } from "@kernel/contract";
import type { CommitMeta } from "@kernel/cloud-event";
import { isRejection } from "@kernel/rejection";
import { orderSnapshot, type OrdersContext, type ProcessResult, type Seen, type Shortage } from "./context";
import type { Placement } from "./domain/model";
import { NO_PROGRESS, nextSteps, type ProcessProgress, type Step } from "./domain/checkout-process";
import { STEPS, type StepOutcome, type StepInput } from "./process-steps";

/** More than any order needs: a process that does not end is a defect, and stops here. */
const MAX_TURNS = 40;

/** Where a run begins: an order as it is stored, or one that is to be placed. */
export interface ProcessStart extends Seen {
	readonly placement?: Placement;
}

const stored = async ({ actors }: OrdersContext, orderId: string): Promise<Seen> => {
	const found = await actors.read(orderId, orderSnapshot);
	if (!found) throw new Error(`order ${orderId} does not exist`);
	return found;
};

/** Waits for all, so that no step of a run goes on after it. @throws what the first of them threw */
const sideBySide = async <T>(work: readonly Promise<T>[]): Promise<readonly T[]> => {
	await Promise.allSettled(work);
	return Promise.all(work);
};

const run = async (
	desk: OrdersContext,
	caller: Caller,
	orderId: string,
	cause: CommitMeta,
	from?: ProcessStart,
): Promise<ProcessResult> => {
	const { actors, clock } = desk;
	const shortages: Shortage[] = [];
	let facts: ProcessProgress = NO_PROGRESS;
	/** As this run has read or written it last. Others may have changed it since: what they may not change beneath us, `write` refuses. */
	let known: Seen = from ?? (await stored(desk, orderId));
	const write: StepInput["write"] = async (name, command) => {
		const at = clock();
		const meta = { ...cause, at };
		const written = await actors[name === "place" ? "create" : "send"](orderId, name, { ...command, at }, orderSnapshot, meta);
		known = isRejection(written) ? await stored(desk, orderId) : written;
	};
	const make = async (step: Step): Promise<StepOutcome> => {
		const begun = performance.now();
		const { placement } = from ?? {};
		const outcome = await STEPS[step]({ desk, caller, now: clock(), order: known.order, placement, facts, shortages, write });
		desk.observeStep(step, (performance.now() - begun) / 1_000);
		return outcome;
	};
	for (let turn = 0; turn < MAX_TURNS; turn++) {
		const steps = nextSteps(known.order, facts);
		const outcomes = await sideBySide(steps.map(make));
		if (steps.length === 0 || outcomes.includes("stop")) return { ...known, shortages };
		for (const outcome of outcomes) if (outcome !== "stop") facts = { ...facts, ...outcome };
	}
	throw new Error(`the process of order ${orderId} did not end within ${MAX_TURNS} rounds of steps`);
};

/**
 * Takes an order as far as it will go, from wherever it stands. Any node may do it at any time, as often as it likes: each step happens once.
 *
 * @param from where to begin; read where it is not at hand
 * @throws where a step could not be made: the order stays as it stands, and the sweep takes it up again
 */
export const runProcess = (
	desk: OrdersContext,
	caller: Caller,
	orderId: string,
	cause: CommitMeta,
	from?: ProcessStart,
): Promise<ProcessResult> => {
	const inFlight = desk.runs.get(orderId);
	if (inFlight) return inFlight;
	const started = run(desk, caller, orderId, cause, from).finally(() => {
		desk.runs.delete(orderId);
	});
	desk.runs.set(orderId, started);
	return started;
};

/** For a change that a run under way may not have seen: waits for that one and runs again. */
export const rerunProcess = async (desk: OrdersContext, caller: Caller, orderId: string, cause: CommitMeta): Promise<ProcessResult> => {
	await desk.runs.get(orderId)?.catch(() => undefined); // the caller of that run receives the error
	return runProcess(desk, caller, orderId, cause);
};
