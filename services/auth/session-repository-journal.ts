import { LRUCache } from "lru-cache";
import { Actors } from "@mixins/actors/actor";
import type { Store } from "@mixins/store/port";
import { forgettable, livingSessionsOf, sessionKind } from "./auth.store";
import { session } from "./domain/session";
import type { SessionRepository } from "./session-repository";

const CACHE_SIZE = 50_000;

/** Stores sessions as actors with journals in the store. */
export const journalSessionRepository = (store: Store): SessionRepository => {
	const collection = store.collection(sessionKind);
	/** Cache of active sessions, which are checked with every request. Used only with an exclusive store, where no other process can end a session. */
	const living = new LRUCache<string, true>({ max: CACHE_SIZE });
	const note = (id: string, alive: boolean): void => {
		if (alive && store.exclusive) living.set(id, true);
		else living.delete(id);
	};
	const actors = new Actors(session, collection, {
		exclusive: store.exclusive,
		committed: (id, { status }) => {
			note(id, status === "alive");
		},
	});

	return {
		send: (id, name, command, view, cause) => actors.send(id, name, command, view, cause),
		read: (id, view) => actors.read(id, view),

		isAlive: (id) => {
			if (living.has(id)) return true;
			// The cache is updated while the actor is read. A later update could overwrite the end of the session.
			return actors
				.read(id, ({ status }) => {
					note(id, status === "alive");
					return status === "alive";
				})
				.then((alive) => alive === true);
		},

		sessionsBelowStamp: async (userId, stamp) =>
			(await livingSessionsOf(collection, userId)).filter((found) => found.stamp < stamp).map(({ id }) => id),

		async sweep(now, cause) {
			for (const { id, state } of await forgettable(collection, now)) {
				if (state.status === "alive") await actors.send(id, "end", { reason: "idle", at: cause.at }, () => null, cause);
				else await collection.remove(id);
			}
		},
	};
};
