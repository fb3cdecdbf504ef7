import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { AccessTokens, TokenSubject, Verified } from "./access-tokens";
import type { Sessions } from "./sessions";

const REMEMBERED = 20_000;

/**
 * Who holds an access token: asked with every request, so a signature is verified once. Whether its session still lives is asked each time.
 */
export const tokenVerifier = (tokens: AccessTokens, sessions: Pick<Sessions, "isAlive">) => {
	const known = new LRUCache<string, Verified>({ max: REMEMBERED });

	const verified = (token: string, now: number): Verified | undefined => {
		const key = hash("sha256", token, "base64");
		const before = known.get(key);
		if (before) return now < before.expiresAt ? before : undefined;
		const found = tokens.verify(token, now);
		if (found) known.set(key, found);
		return found;
	};

	return async (token: string, now: number): Promise<TokenSubject | null> => {
		const found = verified(token, now);
		if (!found) return null;
		const alive = sessions.isAlive(found.holder.sessionId);
		return (alive === true ? alive : await alive) ? found.holder : null;
	};
};
