import { LRUCache } from "lru-cache";
import { randomId } from "@kernel/ids";
import type { CommitMeta } from "@kernel/envelope";
import { isRejection } from "@kernel/rejection";
import { Actors } from "@mixins/actor";
import type { Store } from "@mixins/store/port";
import { forgettable, livingSessionsOf, sessionKind } from "./auth.store";
import { session, type Ending } from "./domain/session";
import type { RefreshTokens } from "./refresh-tokens";

const REMEMBERED = 50_000;

export interface Sessions {
	begin(userId: string, stamp: number, cause: CommitMeta): Promise<{ readonly sessionId: string; readonly refreshToken: string }>;
	/** Whose it is and of which stamp; undefined where it is none that lives. */
	look(sessionId: string): Promise<{ readonly userId: string; readonly stamp: number } | undefined>;
	/** @returns the next token, or undefined: the one that was presented is good for none (any more) */
	refresh(sessionId: string, presented: string, cause: CommitMeta): Promise<string | undefined>;
	end(sessionId: string, reason: Ending, cause: CommitMeta): Promise<void>;
	/** Those of an account that are of a lower stamp. */
	endAll(userId: string, stamp: number, cause: CommitMeta): Promise<void>;
	isAlive(sessionId: string): boolean | Promise<boolean>;
	/** Forgets those that are over. */
	sweep(now: number, cause: CommitMeta): Promise<void>;
}

export const sessions = (store: Store, tokens: RefreshTokens): Sessions => {
	const collection = store.collection(sessionKind);
	/** Those that surely live: asked for with every request. Only where nobody else can end one behind our back. */
	const living = new LRUCache<string, true>({ max: REMEMBERED });
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

	const end = async (sessionId: string, reason: Ending, cause: CommitMeta): Promise<void> => {
		await actors.send(sessionId, "end", { reason, at: cause.at }, () => null, cause);
	};

	return {
		async begin(userId, stamp, cause) {
			const sessionId = randomId("ses");
			const { token, hash } = tokens.make(sessionId);
			const outcome = await actors.send(sessionId, "begin", { userId, stamp, hash, at: cause.at }, () => null, cause);
			if (isRejection(outcome)) throw new Error(`${sessionId} was there before`);
			return { sessionId, refreshToken: token };
		},

		look: async (sessionId) => {
			const found = await actors.read(sessionId, ({ status, userId, stamp }) => ({ alive: status === "alive", userId, stamp }));
			return found?.alive ? found : undefined;
		},

		async refresh(sessionId, presented, cause) {
			const { token, hash } = tokens.make(sessionId);
			const command = { presented, next: hash, at: cause.at };
			const current = await actors.send(
				sessionId,
				"refresh",
				command,
				(state) => (state.status === "alive" ? state.current : ""),
				cause,
			);
			return current === hash ? token : undefined;
		},

		end,

		async endAll(userId, stamp, cause) {
			for (;;) {
				const older = (await livingSessionsOf(collection, userId)).filter((found) => found.stamp < stamp);
				if (older.length === 0) return;
				await Promise.all(older.map(({ id }) => end(id, "secured", cause)));
			}
		},

		isAlive: (sessionId) => {
			if (living.has(sessionId)) return true;
			// Noted while the actor is asked, not after it: an end that comes in between must not be undone.
			return actors
				.read(sessionId, ({ status }) => {
					note(sessionId, status === "alive");
					return status === "alive";
				})
				.then((alive) => alive === true);
		},

		async sweep(now, cause) {
			for (const { id, state } of await forgettable(collection, now)) {
				if (state.status === "alive") await end(id, "idle", cause);
				else await collection.remove(id);
			}
		},
	};
};
