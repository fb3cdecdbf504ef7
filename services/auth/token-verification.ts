import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { AccessTokens, TokenSubject, Verified } from "./access-tokens";
import type { Sessions } from "./sessions";

const CACHE_SIZE = 20_000;

/**
 * Resolves access tokens to their subjects. Called with every request, so the result of a signature check is cached. The session is checked each time.
 */
export const tokenVerifier = (tokens: AccessTokens, sessions: Pick<Sessions, "isAlive">) => {
	const cache = new LRUCache<string, Verified>({ max: CACHE_SIZE });

	const verified = (token: string, now: number): Verified | undefined => {
		const key = hash("sha256", token, "base64");
		const cached = cache.get(key);
		if (cached) return now < cached.expiresAt ? cached : undefined;
		const found = tokens.verify(token, now);
		if (found) cache.set(key, found);
		return found;
	};

	return async (token: string, now: number): Promise<TokenSubject | null> => {
		const found = verified(token, now);
		if (!found) return null;
		const alive = sessions.isAlive(found.holder.sessionId);
		return (alive === true ? alive : await alive) ? found.holder : null;
	};
};
