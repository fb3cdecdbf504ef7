import { decider, assertNever } from "@kernel/decider";
import { reject } from "@kernel/rejection";
import type { Kind } from "@mixins/store/port";

/** Ledger of the test provider for one payment: its operations by idempotency key, and the simulated failures per key. */
export interface ProviderLedger {
	/** Token of the authorization, which determines the simulated behaviour. */
	readonly token: string;
	readonly entries: readonly Entry[];
	readonly failures: Readonly<Record<string, number>>;
}

export interface Entry {
	readonly id: string;
	readonly orderId: string;
	readonly paymentId: string;
	readonly key: string;
	readonly kind: "authorize" | "capture" | "void" | "refund";
	readonly amount: number;
	readonly currency: string;
	readonly at: number;
}

export type AccountEvent =
	| { readonly type: "account.entered"; readonly entry: Entry; readonly token: string }
	| { readonly type: "account.failed"; readonly key: string };

const nothing: readonly AccountEvent[] = [];
const happened = (event: AccountEvent): readonly AccountEvent[] => [event];

const of = ({ entries }: ProviderLedger, kind: Entry["kind"]): number =>
	entries.reduce((total, entry) => total + (entry.kind === kind ? entry.amount : 0), 0);

const did = ({ entries }: ProviderLedger, kind: Entry["kind"]): boolean => entries.some((entry) => entry.kind === kind);

/** Records an operation once per key, and rejects an operation that the ledger does not allow. */
const enter = ({ entry, token }: { entry: Entry; token: string }, state: ProviderLedger) => {
	if (state.entries.some(({ key }) => key === entry.key)) return nothing;
	const allowed = {
		authorize: !did(state, "authorize"),
		capture: did(state, "authorize") && !did(state, "void") && !did(state, "capture") && entry.amount <= of(state, "authorize"),
		void: did(state, "authorize") && !did(state, "capture"),
		refund: entry.amount <= of(state, "capture") - of(state, "refund"),
	}[entry.kind];
	return allowed ? happened({ type: "account.entered", entry, token: state.token || token }) : reject("ILLEGAL_TRANSITION");
};

/** Counts a simulated failure of the key, up to `times`. */
const fail = ({ key, times }: { key: string; times: number }, { failures }: ProviderLedger) =>
	(failures[key] ?? 0) < times ? happened({ type: "account.failed", key }) : nothing;

const evolve = (state: ProviderLedger, event: AccountEvent): ProviderLedger => {
	switch (event.type) {
		case "account.entered":
			return { ...state, token: event.token, entries: [...state.entries, event.entry] };
		case "account.failed":
			return { ...state, failures: { ...state.failures, [event.key]: (state.failures[event.key] ?? 0) + 1 } };
		default:
			return assertNever(event);
	}
};

export const account = decider<ProviderLedger, AccountEvent>()({
	initial: () => ({ token: "", entries: [], failures: {} }),
	commands: { enter, fail },
	evolve,
});

export const providerLedgerKind: Kind<ProviderLedger, AccountEvent> = {
	name: "test_account",
	immutable: true,
	revision: 1,
	initial: account.initial,
	evolve: account.evolve,
	fields: {
		openedAt: { value: ({ entries }) => entries[0]?.at ?? null, indexed: true },
		orderId: { value: ({ entries }) => entries[0]?.orderId ?? null, indexed: true },
	},
	publishes: [],
	lateDocuments: true,
};
