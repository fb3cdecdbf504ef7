import type { Clock } from "@kernel/clock";
import type { Collection, Kind, Store } from "@mixins/store/port";

interface Furnished {
	readonly phase: "none" | "begun" | "done";
	/** When it began, in epoch ms. */
	readonly at: number;
}

type FurnishingEvent = { readonly type: "furnishing.begun"; readonly at: number } | { readonly type: "furnishing.done" };

const furnishings: Kind<Furnished, FurnishingEvent> = {
	name: "furnishing",
	revision: 1,
	initial: () => ({ phase: "none", at: 0 }),
	evolve: (state, event) => (event.type === "furnishing.begun" ? { phase: "begun", at: event.at } : { ...state, phase: "done" }),
	fields: {},
	publishes: [],
};

/** What is put into an empty shop once, though several nodes start in the same moment. */
export interface SeedingState {
	/**
	 * @param isEmpty asked where nobody has begun yet
	 * @returns whether it is ours to do: nobody has done it, nobody else is at it, and whoever began died over it
	 */
	begin(isEmpty: () => Promise<boolean>): Promise<boolean>;
	done(): Promise<void>;
}

/** Who has begun and is not done by then is taken for dead. What is put in goes in twice without harm. */
const ABANDONED_MS = 120_000;
const ID = "demo";

const commit = async (
	collection: Collection<Furnished, FurnishingEvent>,
	version: number,
	state: Furnished,
	event: FurnishingEvent,
	now: number,
): Promise<boolean> =>
	collection.commit(ID, version, [event], furnishings.evolve(state, event), {
		at: now,
		actor: "program",
		correlationId: ID,
		causationId: ID,
	});

export const seedingState = (store: Store, clock: Clock): SeedingState => {
	const collection = store.collection(furnishings);
	const read = async () => (await collection.load(ID)) ?? { version: 0, state: furnishings.initial(ID) };

	return {
		async begin(isEmpty) {
			const { version, state } = await read();
			const now = clock();
			if (state.phase === "done") return false;
			if (state.phase === "begun" && !store.exclusive && now - state.at < ABANDONED_MS) return false;
			if (state.phase === "none" && !(await isEmpty())) return false;
			return commit(collection, version, state, { type: "furnishing.begun", at: now }, now);
		},
		async done() {
			const { version, state } = await read();
			if (state.phase === "begun") await commit(collection, version, state, { type: "furnishing.done" }, clock());
		},
	};
};
