import type { Caller } from "@kernel/contract";
import type { CommitMeta } from "@kernel/envelope";
import { isRejection } from "@kernel/rejection";
import { seen, type Desk, type Run, type Shortage } from "./desk";
import { NO_FACTS, nextStep, type Facts } from "./domain/process";
import { STEPS, type Work } from "./steps";

/** More than any order needs: a process that does not end is a defect, and stops here. */
const MAX_STEPS = 40;

type Seen = ReturnType<typeof seen>;

const run = async (desk: Desk, caller: Caller, orderId: string, cause: CommitMeta, before?: Seen): Promise<Run> => {
	const now = cause.at;
	const shortages: Shortage[] = [];
	let facts: Facts = NO_FACTS;
	/** As this run has read or written it last. Others may have changed it since: what they may not change beneath us, `write` refuses. */
	let known: Seen | undefined = before;
	const read = async (): Promise<Seen> => {
		const found = known ?? (await desk.actors.read(orderId, seen));
		if (!found) throw new Error(`there is no order ${orderId} to work on`);
		return (known = found);
	};
	const write: Work["write"] = async (name, command) => {
		known = undefined;
		const written = await desk.actors.send(orderId, name, command, seen, cause);
		if (!isRejection(written)) known = written;
	};
	for (let count = 0; count < MAX_STEPS; count++) {
		const current = await read();
		const { order } = current;
		const step = nextStep(order, facts);
		if (step === "done") return { ...current, shortages };
		const begun = performance.now();
		const outcome = await STEPS[step]({ desk, caller, now, order, facts, shortages, write });
		desk.took(step, (performance.now() - begun) / 1_000);
		if (outcome === "stop") return { ...(await read()), shortages };
		if (step === "authorizePayment") known = undefined; // the provider takes its time, and others may have acted
		facts = { ...facts, ...outcome };
	}
	throw new Error(`the process of ${orderId} does not come to an end`);
};

/**
 * Takes an order as far as it will go, from wherever it stands. Any node may do it at any time, as often as it likes: each step happens once.
 *
 * @throws where a step could not be made: the order stays as it stands, and the sweep takes it up again
 */
export const drive = (desk: Desk, caller: Caller, orderId: string, cause: CommitMeta, before?: Seen): Promise<Run> => {
	const underWay = desk.runs.get(orderId);
	if (underWay) return underWay;
	const started = run(desk, caller, orderId, cause, before).finally(() => {
		desk.runs.delete(orderId);
	});
	desk.runs.set(orderId, started);
	return started;
};

/** For a change that a run under way may not have seen: waits for that one and runs again. */
export const driveAfresh = async (desk: Desk, caller: Caller, orderId: string, cause: CommitMeta): Promise<Run> => {
	await desk.runs.get(orderId)?.catch(() => undefined);
	return drive(desk, caller, orderId, cause);
};
