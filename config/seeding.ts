import type { Clock } from "@kernel/clock";
import type { Collection, Kind, Store } from "@mixins/store/port";

interface Seeding {
	readonly phase: "none" | "begun" | "done";
	/** Start of the seeding in epoch milliseconds. */
	readonly at: number;
}

type SeedingEvent = { readonly type: "furnishing.begun"; readonly at: number } | { readonly type: "furnishing.done" };

const seedings: Kind<Seeding, SeedingEvent> = {
	name: "furnishing",
	revision: 1,
	initial: () => ({ phase: "none", at: 0 }),
	evolve: (state, event) => (event.type === "furnishing.begun" ? { phase: "begun", at: event.at } : { ...state, phase: "done" }),
	fields: {},
	publishes: [],
};

/** Ensures that an empty shop is seeded once, even if several nodes start at the same time. */
export interface SeedingState {
	/**
	 * @param isEmpty called if no node has begun yet
	 * @returns whether this node must seed: the shop is empty and seeding has not begun, or the node that began it has crashed
	 */
	begin(isEmpty: () => Promise<boolean>): Promise<boolean>;
	done(): Promise<void>;
}

/** A node that has not finished by then counts as crashed. Repeated seeding is harmless. */
const ABANDONED_MS = 120_000;
const ID = "demo";

const commit = async (
	collection: Collection<Seeding, SeedingEvent>,
	version: number,
	state: Seeding,
	event: SeedingEvent,
	now: number,
): Promise<boolean> =>
	collection.commit(ID, version, [event], seedings.evolve(state, event), {
		at: now,
		actor: "program",
		correlationId: ID,
		causationId: ID,
	});

export const seedingState = (store: Store, clock: Clock): SeedingState => {
	const collection = store.collection(seedings);
	const read = async () => (await collection.load(ID)) ?? { version: 0, state: seedings.initial(ID) };

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
