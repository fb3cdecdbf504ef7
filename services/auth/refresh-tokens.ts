import { randomBytes } from "node:crypto";
import { hashOf, keyFor, signer } from "./signing-keys";

const SECRET_BYTES = 32;

export interface RefreshTokens {
	make(sessionId: string): { readonly token: string; readonly hash: string };
	/** @returns undefined where we never made it: then it says nothing about the session that it names */
	read(token: string): { readonly sessionId: string; readonly hash: string } | undefined;
}

/** Session ids of older programs lack the 12 digits of time. */
const FORM = /^(ses_(?:[0-9a-f]{12})?[0-9a-f]{32})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

/**
 * "<session>.<secret>.<seal>". The session keeps the hash of the newest secret only; by the seal an old one is told from one that was made up,
 * so that nobody ends a session by guessing at it, and no old ones need to be kept.
 */
export const refreshTokens = (secret: string): RefreshTokens => {
	const { sign, isOurs } = signer(keyFor(secret, "refresh token"));
	return {
		make(sessionId) {
			const body = `${sessionId}.${randomBytes(SECRET_BYTES).toString("base64url")}`;
			return { token: `${body}.${sign(body)}`, hash: hashOf(body) };
		},
		read(token) {
			const [, sessionId, part, signature] = FORM.exec(token) ?? [];
			if (sessionId === undefined || part === undefined || signature === undefined) return undefined;
			const body = `${sessionId}.${part}`;
			return isOurs(body, signature) ? { sessionId, hash: hashOf(body) } : undefined;
		},
	};
};
