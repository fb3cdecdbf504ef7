import { checkInvariants, INVARIANTS } from "../../cli/check/invariants";
import type { Promised } from "./promises";
import { readStored, type Stored } from "./stored";

const brokenPromises = (stored: Stored, due: readonly Promised[]): string[] =>
	due.filter((promised) => !promised.isKept(stored)).map(({ what }) => `lost: ${what}`);

const violations = ({ snapshot }: Stored, isSettled: boolean): string[] =>
	checkInvariants(snapshot)
		.violations.filter(({ invariant }) => isSettled || INVARIANTS[invariant]?.eventuallyHolds !== true)
		.map(({ invariant, subject, what }) => `${invariant}: ${subject} ${what}`);

const lostMails = ({ sent }: Stored, mails: ReadonlySet<string>): string[] =>
	sent.filter((id) => !mails.has(id)).map((id) => `lost: mail ${id}`);

interface Found {
	/** Ids of the notifications whose mails are in the mail folder. */
	readonly mails: ReadonlySet<string>;
	readonly due: readonly Promised[];
	/** Whether a program has completed all open work on the folder. If not, invariants that later work restores are skipped. */
	readonly isSettled: boolean;
}

/** Damage, violated invariants and broken promises in the databases of a data folder. */
export const findingsIn = async (folder: string, { mails, due, isSettled }: Found): Promise<string[]> => {
	try {
		const stored = await readStored(folder);
		return [...brokenPromises(stored, due), ...violations(stored, isSettled), ...lostMails(stored, mails)];
	} catch (cause) {
		return [`damaged: ${(cause as Error).message}`];
	}
};
