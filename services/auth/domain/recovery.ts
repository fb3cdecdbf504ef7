import { decider } from "@kernel/decider";
import { reject } from "@kernel/rejection";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const RESET_MS = HOUR_MS;
const MAX_AN_HOUR = 5;

/** Password reset requests of one account; the id is that of the account. Only the latest request is valid, once and for one hour. */
export interface Recovery {
	readonly current: { readonly requestId: string; readonly stamp: number; readonly at: number } | null;
	/** Times of the requests within the last hour. */
	readonly askedAt: readonly number[];
}

export type RecoveryEvent =
	| {
			readonly type: "auth.passwordResetRequested";
			readonly userId: string;
			readonly requestId: string;
			readonly stamp: number;
			readonly at: number;
	  }
	| { readonly type: "recovery.used"; readonly requestId: string }
	| { readonly type: "recovery.voided" };

const happened = (...events: RecoveryEvent[]): readonly RecoveryEvent[] => events;

/** Excess requests are ignored without an error, because the caller must not learn whether the account exists. */
const request = (reset: { userId: string; requestId: string; stamp: number; at: number }, { askedAt }: Recovery) =>
	askedAt.filter((at) => reset.at - at < HOUR_MS).length >= MAX_AN_HOUR
		? happened()
		: happened({ type: "auth.passwordResetRequested", ...reset });

export const isValidRecovery = ({ current }: Recovery, requestId: string, at: number): boolean =>
	current?.requestId === requestId && at - current.at < RESET_MS;

const use = ({ requestId, at }: { requestId: string; at: number }, state: Recovery) =>
	isValidRecovery(state, requestId, at) ? happened({ type: "recovery.used", requestId }) : reject("INVALID_CREDENTIALS");

/** @param stamp current stamp of the account; a request with a lower stamp becomes invalid */
const void_ = ({ stamp }: { stamp: number }, { current }: Recovery) =>
	current && current.stamp < stamp ? happened({ type: "recovery.voided" }) : happened();

const evolve = (state: Recovery, event: RecoveryEvent): Recovery => {
	switch (event.type) {
		case "auth.passwordResetRequested": {
			const { requestId, stamp, at } = event;
			return {
				...state,
				current: { requestId, stamp, at },
				askedAt: [...state.askedAt.filter((before) => at - before < HOUR_MS), at],
			};
		}
		case "recovery.used":
		case "recovery.voided":
			return { ...state, current: null };
	}
};

export const recovery = decider<Recovery, RecoveryEvent>()({
	initial: () => ({ current: null, askedAt: [] }),
	commands: { request, use, void: void_ },
	evolve,
});
