import { decider } from "./decider";
import { reject } from "./rejection";

/** The owner of a unique name: an e-mail address, a SKU or a handle. The aggregate's id is the name. */
export interface Claim {
	readonly owner: string | null;
}

export type ClaimEvent =
	{ readonly type: "claim.made"; readonly owner: string } | { readonly type: "claim.released"; readonly owner: string };

const happened = (...events: ClaimEvent[]): readonly ClaimEvent[] => events;

const claimFor = (owner: string, holder: string | null, mayLose: string | null) => {
	if (holder === owner) return happened();
	return holder === null || holder === mayLose ? happened({ type: "claim.made", owner }) : reject("NAME_TAKEN", { owner: holder });
};

const claim = ({ owner }: { owner: string }, state: Claim) => claimFor(owner, state.owner, null);

/** Takes a claim over from `from`, whose record does not have the name: the process crashed before it used or released the claim. */
const take = ({ owner, from }: { owner: string; from: string }, state: Claim) => claimFor(owner, state.owner, from);

const release = ({ owner }: { owner: string }, state: Claim) =>
	state.owner === owner ? happened({ type: "claim.released", owner }) : happened();

const evolve = (state: Claim, event: ClaimEvent): Claim => {
	switch (event.type) {
		case "claim.made":
			return { owner: event.owner };
		case "claim.released":
			if (state.owner !== event.owner) throw new Error(`${event.owner} cannot release what ${state.owner} holds`);
			return { owner: null };
	}
};

export const nameClaim = decider<Claim, ClaimEvent>()({ initial: () => ({ owner: null }), commands: { claim, take, release }, evolve });
