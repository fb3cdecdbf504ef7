import { decider } from "@kernel/decider";
import { reject } from "@kernel/rejection";

/**
 * The active administrators. They form one aggregate, because the rule that the last one remains concerns all of them. The list never contains an account
 * that is not an administrator: an account is entered after it becomes one and struck off before it ceases to be one.
 */
export interface Administrators {
	readonly active: Readonly<Record<string, true>>;
	/** Version of the user at which the account was struck off. An entry based on that version or an older one is ignored. */
	readonly struckAt: Readonly<Record<string, number>>;
}

export type AdministratorsEvent =
	| { readonly type: "administrator.entered"; readonly userId: string }
	| { readonly type: "administrator.struck"; readonly userId: string; readonly userVersion: number };

const happened = (...events: AdministratorsEvent[]): readonly AdministratorsEvent[] => events;

interface Entry {
	readonly userId: string;
	/** Version of the user on which the command is based. */
	readonly userVersion: number;
}

const enter = ({ userId, userVersion }: Entry, { active, struckAt }: Administrators) =>
	active[userId] || userVersion <= (struckAt[userId] ?? 0) ? happened() : happened({ type: "administrator.entered", userId });

const strike = ({ userId, userVersion }: Entry, { active, struckAt }: Administrators) => {
	const others = Object.keys(active).filter((id) => id !== userId);
	if (others.length === 0) return reject("LAST_ADMINISTRATOR");
	return active[userId] || userVersion > (struckAt[userId] ?? 0)
		? happened({ type: "administrator.struck", userId, userVersion })
		: happened();
};

const evolve = (state: Administrators, event: AdministratorsEvent): Administrators => {
	switch (event.type) {
		case "administrator.entered":
			return { ...state, active: { ...state.active, [event.userId]: true } };
		case "administrator.struck": {
			const { [event.userId]: _, ...active } = state.active;
			return { ...state, active, struckAt: { ...state.struckAt, [event.userId]: event.userVersion } };
		}
	}
};

export const administrators = decider<Administrators, AdministratorsEvent>()({
	initial: () => ({ active: {}, struckAt: {} }),
	commands: { enter, strike },
	evolve,
});
