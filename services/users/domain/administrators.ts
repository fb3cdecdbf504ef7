import { decider } from "@kernel/decider";
import { reject } from "@kernel/rejection";

/**
 * Who can administer the shop. One aggregate for all, because one decision is about all: the last one stays. It never names somebody who is
 * no administrator: they are entered after they became one, and struck off before they cease to be.
 */
export interface Administrators {
	readonly active: Readonly<Record<string, true>>;
	/** The version of the user at which they were struck off: an entry that is as old comes too late. */
	readonly struckAt: Readonly<Record<string, number>>;
}

export type AdministratorsEvent =
	| { readonly type: "administrator.entered"; readonly userId: string }
	| { readonly type: "administrator.struck"; readonly userId: string; readonly userVersion: number };

const happened = (...events: AdministratorsEvent[]): readonly AdministratorsEvent[] => events;

interface Entry {
	readonly userId: string;
	/** The version of the user that this rests on. */
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
